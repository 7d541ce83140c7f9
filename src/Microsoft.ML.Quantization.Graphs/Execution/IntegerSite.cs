using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>One input of a group that may become an integer call.</summary>
/// <param name="Fact">Type and axes of the codes (of the float value, when <paramref name="Parameters"/> is null).</param>
/// <param name="Parameters">The map of the DequantizeLinear in front; null for an input that is not dequantized from codes.</param>
/// <param name="Constant">The codes (or the float value), when constant.</param>
public sealed record IntegerInput(TensorFact Fact, QuantizationParameters? Parameters, Tensor? Constant);

/// <summary>
/// A DequantizeLinear–operator–QuantizeLinear group. Inputs and output of the call are codes; the output is float where no
/// QuantizeLinear follows.
/// </summary>
/// <param name="Node">The operator between.</param>
/// <param name="Opset">Version of the operator set.</param>
/// <param name="Engine">The engine to pack for; the decision to accept the group must not depend on it.</param>
/// <param name="Inputs">The inputs in the operator's order; null for one left out.</param>
/// <param name="Output">The map of the QuantizeLinear behind; null when there is none.</param>
/// <param name="OutputFact">Type and axes of what the call writes.</param>
public sealed record IntegerSite(Node Node, int Opset, Engine Engine, ImmutableArray<IntegerInput?> Inputs, QuantizationParameters? Output, TensorFact OutputFact)
{
    /// <summary>An input, or null when it was left out.</summary>
    public IntegerInput? Input(int index) => index < Inputs.Length ? Inputs[index] : null;
}
