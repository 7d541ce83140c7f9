namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>How an image is resized (PyTorch's <c>mode</c> of <c>interpolate</c>).</summary>
public enum InterpolationMode
{
    /// <summary>The element at ⌊i · in / out⌋ (<c>nearest</c>).</summary>
    Nearest,

    /// <summary>The element at ⌊(i + ½) · in / out⌋, the middle of the output element (<c>nearest-exact</c>).</summary>
    NearestExact,

    /// <summary>The four neighbours weighted by distance (<c>bilinear</c>).</summary>
    Bilinear,
}
