using System.Globalization;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Quantization by parameters known beforehand (PyTorch's <c>FixedQParamsQuantizationSpec</c>), as of Sigmoid.</summary>
public sealed record FixedQParamsQuantizationSpec : QuantizationSpecBase
{
    /// <summary>A specification.</summary>
    /// <param name="dtype">Type of the codes.</param>
    /// <param name="scale">Real units for each step.</param>
    /// <param name="zeroPoint">The code of real 0.</param>
    /// <param name="quantMin">Smallest code; that of the type when null.</param>
    /// <param name="quantMax">Largest code; that of the type when null.</param>
    /// <param name="qscheme">How codes map to reals; one scale for the whole tensor.</param>
    /// <exception cref="QuantizationException">The type has no codes, the smallest code is above the largest, the scale is not above zero, the zero point is no code, or the scheme has channels.</exception>
    public FixedQParamsQuantizationSpec(ElementType dtype, float scale, int zeroPoint, int? quantMin = null, int? quantMax = null, QScheme qscheme = QScheme.PerTensorAffine)
    {
        CheckType(dtype);
        CheckRange(quantMin, quantMax);
        if (qscheme.IsPerChannel()) { throw new QuantizationException($"Fixed quantization parameters have the scheme {qscheme.Name()}; expected one scale for the whole tensor."); }
        (DType, Scale, ZeroPoint, QuantMin, QuantMax, QScheme) = (dtype, scale, zeroPoint, quantMin, quantMax, qscheme);
        Parameters = new(scale, zeroPoint, dtype, quantMin is { } low && quantMax is { } high ? new QuantizedRange(low, high) : null);
    }

    /// <summary>Type of the codes.</summary>
    public ElementType DType { get; }

    /// <summary>Real units for each step.</summary>
    public float Scale { get; }

    /// <summary>The code of real 0.</summary>
    public int ZeroPoint { get; }

    /// <summary>Smallest code.</summary>
    public int? QuantMin { get; }

    /// <summary>Largest code.</summary>
    public int? QuantMax { get; }

    /// <summary>How codes map to reals.</summary>
    public QScheme QScheme { get; }

    /// <summary>The parameters.</summary>
    public QuantizationParameters Parameters { get; }

    /// <summary>As <c>quint8 scale 0.00390625 zero point 0</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Codes(DType, QuantMin, QuantMax)} scale {Scale} zero point {ZeroPoint}");
}
