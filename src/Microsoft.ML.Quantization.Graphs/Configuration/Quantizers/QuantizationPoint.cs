namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// A place of a graph where a tensor can be quantized (PyTorch's <c>EdgeOrNode</c>): a value where it is written, or one reader's view of it.
/// </summary>
/// <param name="Value">The value: an input of the graph, a constant, or what a node writes.</param>
/// <param name="Reader">The node that reads it; null for the value where it is written, which all readers see.</param>
public sealed record QuantizationPoint(string Value, string? Reader = null)
{
    /// <summary>Whether it is one reader's view.</summary>
    public bool IsEdge => Reader is not null;

    /// <summary>As <c>x</c> or <c>x → conv</c>.</summary>
    public override string ToString() => Reader is null ? Value : $"{Value} → {Reader}";
}
