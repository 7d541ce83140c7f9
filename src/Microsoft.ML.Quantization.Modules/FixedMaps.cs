using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>The maps of results whose range is known: 0..1 and −1..1, as PyTorch's kernels choose them.</summary>
internal static class FixedMaps
{
    /// <summary>Of quint8 for 0..1: 1/256 and 0.</summary>
    public static OutputMap Unit { get; } = new(1.0 / 256, 0);

    /// <summary>Of quint8 for −1..1: 2/256 and 128.</summary>
    public static OutputMap Symmetric { get; } = new(2.0 / 256, 128);

    /// <summary>The same for codes of another type: those of qint8 lie 128 below.</summary>
    public static QuantizationParameters For(OutputMap map, ElementType type) => new((float)map.Scale, type == ElementType.QInt8 ? map.ZeroPoint - 128 : map.ZeroPoint, type);
}
