namespace Microsoft.ML.Quantization.Numerics;

/// <summary>
/// Real to code for one scale and a real-valued zero point, which is added before rounding: <c>clamp(round(x · (1/scale) + zeroPoint))</c>, ties
/// to even. The only place where that formula is written.
/// </summary>
/// <remarks>
/// NaN gives the smallest code, infinities saturate. Source: PyTorch <c>quantize_per_channel</c> with <c>per_channel_affine_float_qparams</c>.
/// </remarks>
public readonly struct FloatCodeMap(float scale, float zeroPoint, QuantizedRange range)
{
    private readonly float _inverse = 1f / scale;

    /// <summary>The code of <paramref name="value"/>, and whether it came out without saturating; NaN counts as saturating.</summary>
    public int Code(float value, out bool inside)
    {
        float code = MathF.Round(value * _inverse + zeroPoint, MidpointRounding.ToEven);
        inside = code >= range.Minimum && code <= range.Maximum;
        return code > range.Minimum ? (int)MathF.Min(code, range.Maximum) : range.Minimum;
    }
}
