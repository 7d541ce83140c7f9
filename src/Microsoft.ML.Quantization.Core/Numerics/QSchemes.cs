namespace Microsoft.ML.Quantization.Numerics;

/// <summary>Facts about each <see cref="QScheme"/>.</summary>
public static class QSchemes
{
    /// <summary>True when each channel has its own scale.</summary>
    public static bool IsPerChannel(this QScheme scheme) => scheme is QScheme.PerChannelAffine or QScheme.PerChannelSymmetric or QScheme.PerChannelAffineFloatQParams;

    /// <summary>True when the zero point is fixed in the middle of the range.</summary>
    public static bool IsSymmetric(this QScheme scheme) => scheme is QScheme.PerTensorSymmetric or QScheme.PerChannelSymmetric;

    /// <summary>PyTorch's name without the prefix: <c>per_tensor_affine</c>, …</summary>
    public static string Name(this QScheme scheme) => scheme switch
    {
        QScheme.PerTensorAffine => "per_tensor_affine",
        QScheme.PerTensorSymmetric => "per_tensor_symmetric",
        QScheme.PerChannelAffine => "per_channel_affine",
        QScheme.PerChannelSymmetric => "per_channel_symmetric",
        _ => "per_channel_affine_float_qparams",
    };

    /// <summary>The inverse of <see cref="Name"/>.</summary>
    /// <exception cref="QuantizationException">No scheme has that name.</exception>
    public static QScheme Parse(string name)
    {
        foreach (QScheme scheme in Enum.GetValues<QScheme>())
        {
            if (scheme.Name() == name) { return scheme; }
        }
        throw new QuantizationException($"'{name}' is not a qscheme; expected one of {string.Join(", ", Enum.GetValues<QScheme>().Select(Name))}.");
    }
}
