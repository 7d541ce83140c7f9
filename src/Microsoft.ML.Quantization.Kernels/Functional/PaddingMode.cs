namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>What a convolution reads outside of its input.</summary>
public enum PaddingMode
{
    /// <summary>Real 0, which is the zero point's code (PyTorch <c>zeros</c>).</summary>
    Zeros,

    /// <summary>The input mirrored at its first and last element, which are not repeated (PyTorch <c>reflect</c>).</summary>
    Reflect,
}
