namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What a <see cref="GraphQuantizer"/> says of one pattern (PyTorch's <c>QuantizationConfig</c>).</summary>
/// <param name="InputActivation">The pattern's inputs; null leaves them in float.</param>
/// <param name="OutputActivation">Its output; null leaves it in float.</param>
/// <param name="Weight">Its weights; null leaves them in float.</param>
/// <param name="Bias">Its bias; null leaves it in float. The integer engine rounds such a bias to units of input scale · weight scale.</param>
/// <param name="IsQat">Whether it is for training.</param>
public sealed record QuantizationConfig(QuantizationSpecBase? InputActivation, QuantizationSpecBase? OutputActivation, QuantizationSpec? Weight, QuantizationSpecBase? Bias, bool IsQat = false)
{
    /// <summary>Whether the ranges of inputs are found in each run.</summary>
    public bool IsDynamic => InputActivation is QuantizationSpec { IsDynamic: true };
}
