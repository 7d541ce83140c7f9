namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>A node of a float graph and the one that became of it.</summary>
/// <param name="Model">The node in the fused float graph.</param>
/// <param name="Quantized">The node in the quantized graph.</param>
public sealed record MatchedNodes(Node Model, Node Quantized);
