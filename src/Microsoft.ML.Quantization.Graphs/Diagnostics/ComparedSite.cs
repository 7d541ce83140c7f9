using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>A place that a float graph and its quantized one have in common.</summary>
/// <param name="Name">Name of the node, the same in both graphs, or of an input of the graph.</param>
/// <param name="Operator">The node's operator; <c>Input</c> for an input of the graph.</param>
/// <param name="Parameters">What the codes there mean; null where the quantized graph holds reals as well.</param>
public sealed record ComparedSite(string Name, string Operator, QuantizationParameters? Parameters);
