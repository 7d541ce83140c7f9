namespace Microsoft.ML.Quantization.Graphs;

/// <summary>A named input or output of a graph.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Fact">Its element type and axes.</param>
public sealed record ValueInfo(string Name, TensorFact Fact)
{
    /// <summary>As <c>input: float32[batch, 10]</c>.</summary>
    public override string ToString() => $"{Name}: {Fact}";
}
