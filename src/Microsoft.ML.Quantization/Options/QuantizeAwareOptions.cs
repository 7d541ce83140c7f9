namespace Microsoft.ML.Quantization;

/// <summary>What quantization-aware fitting reads and how. Everything has a default.</summary>
public sealed record QuantizeAwareOptions : QuantizeObserveOptions
{
    /// <summary>
    /// The column with the right answers, for training. This version calibrates and does not train: it requires that the column is there, does not
    /// read it, and says so in the log and in the warnings of the converted network.
    /// </summary>
    public string? LabelColumnName { get; init; }
}
