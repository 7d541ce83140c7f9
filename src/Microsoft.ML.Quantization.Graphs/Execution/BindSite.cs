using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What an operator sees when it is bound in float.</summary>
/// <param name="Node">The node.</param>
/// <param name="Opset">Version of the operator set.</param>
/// <param name="Engine">The engine to pack for.</param>
/// <param name="Inputs">Facts of the inputs; null for one left out.</param>
/// <param name="Outputs">Facts of the outputs.</param>
/// <param name="Constants">Values of the inputs that are constants; null for the others.</param>
public sealed record BindSite(Node Node, int Opset, Engine Engine, ImmutableArray<TensorFact?> Inputs, ImmutableArray<TensorFact> Outputs, ImmutableArray<Tensor?> Constants)
{
    /// <summary>The value of an input that is a constant, or null.</summary>
    public Tensor? Constant(int index) => index < Constants.Length ? Constants[index] : null;
}
