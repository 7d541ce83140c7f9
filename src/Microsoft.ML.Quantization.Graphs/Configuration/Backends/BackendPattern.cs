using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Operators that a backend runs as one: a tree that ends in the operator whose result leaves it. <c>BackendPattern.Of("nn.Conv2d", "nn.ReLU")</c>
/// is a convolution and the ReLU behind it. PyTorch's <c>Pattern</c>.
/// </summary>
public sealed record BackendPattern
{
    private const string AnyName = "*";

    private BackendPattern(string name, ImmutableArray<BackendPattern> inputs) => (Name, Inputs) = (name, inputs);

    /// <summary>Whatever computes the value: PyTorch's <c>MatchAllNode</c>.</summary>
    public static BackendPattern Any { get; } = new(AnyName, []);

    /// <summary>The last operator, as <see cref="TorchNames"/> spells it.</summary>
    public string Name { get; }

    /// <summary>What computes its inputs; empty when that is no part of the pattern.</summary>
    public ImmutableArray<BackendPattern> Inputs { get; }

    /// <summary>Number of operators, those of <see cref="Any"/> not counted.</summary>
    public int Length => (this == Any ? 0 : 1) + Inputs.Sum(input => input.Length);

    /// <summary>Whether each operator has one input in the pattern at most.</summary>
    public bool IsChain => this != Any && Inputs.Length <= 1 && Inputs.All(input => input.IsChain);

    /// <summary>The operators of a chain, in order of execution.</summary>
    /// <exception cref="QuantizationException">The pattern branches.</exception>
    public ImmutableArray<string> Chain => !IsChain ? throw new QuantizationException($"Pattern '{this}' branches; expected a chain of operators. Read its inputs one by one.")
        : Inputs.IsEmpty ? [Name] : Inputs[0].Chain.Add(Name);

    /// <summary>The operator that owns the weights: the first one of the pattern. PyTorch's <c>root_node_getter</c> follows from it.</summary>
    public BackendPattern Root => Inputs.FirstOrDefault(input => input != Any)?.Root ?? this;

    /// <summary>Operators in order of execution.</summary>
    /// <exception cref="QuantizationException">There is none, or a name is empty.</exception>
    public static BackendPattern Of(params ReadOnlySpan<string> operators)
    {
        if (operators.IsEmpty) { throw new QuantizationException("A pattern has no operator; expected at least one name, e.g. nn.Conv2d."); }
        BackendPattern pattern = Join(operators[0]);
        foreach (string name in operators[1..]) { pattern = Join(name, pattern); }
        return pattern;
    }

    /// <summary>An operator and what computes its inputs.</summary>
    /// <exception cref="QuantizationException">The name is empty.</exception>
    public static BackendPattern Join(string name, params ImmutableArray<BackendPattern> inputs) => string.IsNullOrWhiteSpace(name)
        ? throw new QuantizationException("A pattern names an operator by an empty text; expected a name, e.g. nn.Conv2d.")
        : name == AnyName && inputs.IsEmpty ? Any : new(TorchNames.Normalize(name), inputs);

    /// <inheritdoc/>
    public bool Equals(BackendPattern? other) => other is not null && Name == other.Name && Inputs.AsSpan().SequenceEqual(other.Inputs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Inputs.Length, Inputs.IsEmpty ? 0 : Inputs[0].GetHashCode());

    /// <summary>As <c>nn.Conv2d, nn.ReLU</c>; inputs of an operator that has several stand in brackets.</summary>
    public override string ToString() => Inputs.Length switch
    {
        0 => Name,
        1 => $"{Inputs[0]}, {Name}",
        _ => $"({string.Join("; ", Inputs)}), {Name}",
    };
}
