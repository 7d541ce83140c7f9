using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What an operator sees when it is asked for the facts of its outputs.</summary>
/// <param name="Node">The node.</param>
/// <param name="Opset">Version of the operator set.</param>
/// <param name="Facts">Facts of the inputs; null for one left out.</param>
/// <param name="Constants">Values of the inputs that are constants; null for the others.</param>
public sealed record InferenceSite(Node Node, int Opset, ImmutableArray<TensorFact?> Facts, ImmutableArray<Tensor?> Constants)
{
    /// <summary>The operators that nodes of a subgraph may name.</summary>
    public OperatorList Operators { get; init; } = OperatorList.BuiltIn;

    /// <summary>Set by an operator whose facts rest on an assumption that a run may not keep; see <see cref="FactPropagation.IsAssumed"/>.</summary>
    internal bool IsAssumption { get; set; }

    /// <summary>The node's settings.</summary>
    public NodeAttributes Attributes => Node.Attributes;

    /// <summary>The fact of a required input.</summary>
    /// <exception cref="QuantizationException">It was left out.</exception>
    public TensorFact Input(int index) => OptionalInput(index) ?? throw Refuse($"input {index} is missing");

    /// <summary>The fact of an input, or null when it was left out.</summary>
    public TensorFact? OptionalInput(int index) => index < Facts.Length ? Facts[index] : null;

    /// <summary>The value of an input that is a constant, or null.</summary>
    public Tensor? Constant(int index) => index < Constants.Length ? Constants[index] : null;

    /// <summary>The refusal to throw, naming the node.</summary>
    public QuantizationException Refuse(string reason) => new($"{Node}: {reason}.");
}
