using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Nodes between DequantizeLinear and QuantizeLinear that are one call on codes.</summary>
/// <param name="Node">The operator; the last one where there are several.</param>
/// <param name="Inputs">Names of what the call reads, in the operator's order: codes, or what is not dequantized; empty text for an input left out.</param>
/// <param name="Outputs">Names of the codes it writes, or of the float value where no QuantizeLinear follows.</param>
/// <param name="Aliases">Further QuantizeLinear outputs with the codes of one of <paramref name="Outputs"/>.</param>
/// <param name="WritesCodes">Whether the outputs are codes.</param>
/// <param name="Bind">Packs the call for an engine.</param>
/// <param name="Site">What an operator with an integer form was given; null for other groups.</param>
internal sealed record IntegerGroup(
    Node Node,
    ImmutableArray<string> Inputs,
    ImmutableArray<string> Outputs,
    ImmutableArray<(string Alias, string Output)> Aliases,
    bool WritesCodes,
    Func<Engine, Step> Bind,
    IntegerSite? Site = null);
