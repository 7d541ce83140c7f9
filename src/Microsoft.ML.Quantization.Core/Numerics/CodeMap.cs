namespace Microsoft.ML.Quantization.Numerics;

/// <summary>
/// Real to code for one scale and zero point: <c>clamp(round(x · (1/scale)) + zeroPoint)</c> or <c>clamp(round(x / scale) + zeroPoint)</c>,
/// ties to even. The only place where that formula is written.
/// </summary>
/// <remarks>
/// NaN gives the smallest code, as in the source; infinities and values of any size saturate, on every platform: the clamp happens in float,
/// before the conversion to an integer. (The source converts first and gives the smallest code for large values and both infinities too.)
/// Source: PyTorch ATen/native/quantized, <c>quantize_val</c>; ONNX QuantizeLinear.
/// </remarks>
public readonly struct CodeMap
{
    private readonly float _factor;
    private readonly float _low;
    private readonly float _high;
    private readonly int _zeroPoint;
    private readonly QuantizedRange _range;
    private readonly bool _divides;

    /// <summary>The map of one scale and zero point.</summary>
    public CodeMap(float scale, int zeroPoint, QuantizedRange range, Rounding rounding)
    {
        _divides = rounding == Rounding.Divide;
        _factor = _divides ? scale : 1f / scale;
        (_zeroPoint, _range) = (zeroPoint, range);
        // 32-bit ends may round inwards as floats; one float further out keeps all codes, and the integer clamp is exact.
        _low = MathF.BitDecrement((long)range.Minimum - zeroPoint);
        _high = MathF.BitIncrement((long)range.Maximum - zeroPoint);
    }

    /// <summary>The code of <paramref name="value"/>.</summary>
    public int Code(float value) => Code(value, out _);

    /// <summary>The code of <paramref name="value"/>, and whether it came out without saturating; NaN counts as saturating.</summary>
    public int Code(float value, out bool inside)
    {
        float steps = MathF.Round(_divides ? value / _factor : value * _factor, MidpointRounding.ToEven);
        inside = steps > _low && steps < _high;
        // Written so that NaN, which compares false, takes the lower end.
        return _range.Clamp((long)(steps > _low ? MathF.Min(steps, _high) : _low) + _zeroPoint);
    }
}
