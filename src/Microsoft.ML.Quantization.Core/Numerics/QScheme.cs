namespace Microsoft.ML.Quantization.Numerics;

/// <summary>How codes map to reals (PyTorch's <c>torch.qscheme</c>).</summary>
public enum QScheme
{
    /// <summary>One scale and one zero point for the whole tensor.</summary>
    PerTensorAffine,

    /// <summary>One scale for the whole tensor; the zero point is the middle of the range.</summary>
    PerTensorSymmetric,

    /// <summary>A scale and a zero point for each index of one axis.</summary>
    PerChannelAffine,

    /// <summary>A scale for each index of one axis; the zero points are the middle of the range.</summary>
    PerChannelSymmetric,

    /// <summary>A scale and a real-valued zero point for each index of one axis, as embeddings use.</summary>
    PerChannelAffineFloatQParams,
}
