namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Quantization with the observer of another point (PyTorch's <c>SharedQuantizationSpec</c>), as of pools and concatenations.</summary>
/// <param name="EdgeOrNode">The point whose observer is used; it must be annotated.</param>
public sealed record SharedQuantizationSpec(QuantizationPoint EdgeOrNode) : QuantizationSpecBase
{
    /// <summary>As <c>as x → cat</c>.</summary>
    public override string ToString() => $"as {EdgeOrNode}";
}
