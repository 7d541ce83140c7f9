using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The outcome of quantization.</summary>
/// <param name="Graph">The int8 network in portable form, with QuantizeLinear and DequantizeLinear nodes.</param>
/// <param name="Notes">What each pass did and declined, in order.</param>
/// <param name="Warnings">What a user should look at: ranges that drift through the calibration data, repaired scales.</param>
public sealed record QuantizedModel(Graph Graph, ImmutableArray<PassNote> Notes, ImmutableArray<string> Warnings);
