using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>A DequantizeLinear–operator–QuantizeLinear group that is one integer call.</summary>
/// <param name="Node">The operator.</param>
/// <param name="Inputs">Names of the codes it reads, in the operator's order; empty text for an input left out.</param>
/// <param name="Output">Name of the codes it writes, or of the float value where no QuantizeLinear follows.</param>
/// <param name="Aliases">Names of further QuantizeLinear outputs with the same codes.</param>
/// <param name="InputFacts">What <paramref name="Inputs"/> are.</param>
/// <param name="OutputParameters">The map of the codes written.</param>
/// <param name="OutputFact">Type and axes of what is written.</param>
internal sealed record IntegerGroup(
    Node Node,
    ImmutableArray<string> Inputs,
    string Output,
    ImmutableArray<string> Aliases,
    ImmutableArray<IntegerInput?> InputFacts,
    QuantizationParameters? OutputParameters,
    TensorFact OutputFact)
{
    public IntegerSite Site(int opset, Engine engine) => new(Node, opset, engine, InputFacts, OutputParameters, OutputFact);
}
