namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Settings of <see cref="Embeddings.EmbeddingBag"/>. The default sums.</summary>
public sealed record EmbeddingBagOptions
{
    /// <summary>What becomes of the rows of a bag.</summary>
    public BagMode Mode { get; init; }

    /// <summary>A float32 weight for each index; for <see cref="BagMode.Sum"/> only.</summary>
    public Tensor? PerSampleWeights { get; init; }

    /// <summary>Whether the last offset is the end of the last bag rather than the start of one more, which reaches to the last index.</summary>
    public bool IncludeLastOffset { get; init; }

    /// <summary>An index that adds nothing, and is not counted by the mean; null for none.</summary>
    public int? PaddingIndex { get; init; }

    /// <summary>
    /// For tables without their unimportant rows: int32, for each index its row in the table, or −1 for none, which adds nothing. A single 0 means that
    /// no row was left out.
    /// </summary>
    public Tensor? CompressedIndices { get; init; }
}
