using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The affine map of one 8-bit tensor as kernels need it: <c>real = Scale · (code − ZeroPoint)</c>.</summary>
/// <param name="Scale">Real units per step.</param>
/// <param name="ZeroPoint">Code of real 0.</param>
/// <param name="Minimum">Smallest code written; above the type's own for a fused ReLU or clip. Not used for inputs.</param>
/// <param name="Maximum">Largest code written. Not used for inputs.</param>
/// <param name="Signed">Whether the codes are int8 rather than uint8.</param>
/// <param name="Rounding">How a real becomes a code. Not used for inputs.</param>
public readonly record struct CodeParameters(float Scale, int ZeroPoint, int Minimum, int Maximum, bool Signed, Rounding Rounding = Rounding.Divide)
{
    /// <summary>All codes of the type.</summary>
    public CodeParameters(float scale, int zeroPoint, bool signed) : this(scale, zeroPoint, RangeOf(signed).Minimum, RangeOf(signed).Maximum, signed)
    {
    }

    /// <summary>The map of a per-tensor quantized value of one byte.</summary>
    /// <exception cref="QuantizationException">The parameters are per channel or not of an 8-bit type.</exception>
    public static CodeParameters From(QuantizationParameters parameters, Rounding rounding = Rounding.Divide)
    {
        if (parameters.IsPerChannel || parameters.Type is not (ElementType.QUInt8 or ElementType.QInt8))
        {
            throw new QuantizationException($"Found {parameters}; expected one scale for the whole tensor and an 8-bit type.");
        }
        return new(parameters.Scale, parameters.ZeroPoint, parameters.Range.Minimum, parameters.Range.Maximum, parameters.Type == ElementType.QInt8, rounding);
    }

    /// <summary>All codes of int8 or uint8.</summary>
    internal static QuantizedRange RangeOf(bool signed) => signed ? QuantizedRange.Int8 : QuantizedRange.UInt8;

    /// <summary>The value of one code: <c>float32(float32(code − ZeroPoint) · Scale)</c>.</summary>
    public float Real(byte code) => ((Signed ? (sbyte)code : code) - ZeroPoint) * Scale;

    /// <summary>
    /// The code of one real: <c>rne(clamp(x / Scale, Minimum − ZeroPoint, Maximum − ZeroPoint)) + ZeroPoint</c>, with the multiplication by
    /// float32(1 / Scale) instead for <see cref="Rounding.Reciprocal"/>. NaN becomes <see cref="Minimum"/>.
    /// </summary>
    public byte Code(float real) => Requantization.Code(Rounding == Rounding.Divide ? real / Scale : real * (1f / Scale), ZeroPoint, Minimum, Maximum);

    /// <exception cref="QuantizationException">A member is out of bounds.</exception>
    internal void Require()
    {
        QuantizedRange range = RangeOf(Signed);
        if (!float.IsFinite(Scale) || Scale <= 0f) { throw new QuantizationException($"A scale is {Scale}; expected a finite number above 0. Check the observed range."); }
        if (!range.Contains(ZeroPoint)) { throw new QuantizationException($"A zero point is {ZeroPoint}; expected a code in {range}, so that real 0 has an exact code."); }
        if (!range.Contains(Minimum) || !range.Contains(Maximum) || Minimum > Maximum)
        {
            throw new QuantizationException($"Codes are limited to {Minimum}..{Maximum}; expected an ordered pair inside {range}.");
        }
    }
}
