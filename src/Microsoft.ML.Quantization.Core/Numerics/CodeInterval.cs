namespace Microsoft.ML.Quantization.Numerics;

/// <summary>A clamp in code space: the limits are quantized, then codes are compared.</summary>
/// <param name="Low">Smallest code; not above <paramref name="High"/>.</param>
/// <param name="High">Largest code.</param>
public readonly record struct CodeInterval(int Low, int High)
{
    /// <summary>The codes that a clamp of reals leaves; from 0 on for a ReLU, because the code of 0 is the zero point. The upper limit wins where they cross; NaN does not limit.</summary>
    /// <param name="minimum">Smallest real; none when null.</param>
    /// <param name="maximum">Largest real; none when null.</param>
    /// <param name="map">One scale and zero point for the whole tensor.</param>
    /// <param name="rounding">How a limit becomes a code.</param>
    public static CodeInterval Within(float? minimum, float? maximum, QuantizationParameters map, Rounding rounding)
    {
        var codes = new CodeMap(map.Scale, map.ZeroPoint, map.Range, rounding);
        int high = maximum is { } most && !float.IsNaN(most) ? codes.Code(most) : map.Range.Maximum;
        int low = minimum is { } least && !float.IsNaN(least) ? codes.Code(least) : map.Range.Minimum;
        return new(Math.Min(low, high), high);
    }

    /// <summary><c>min(max(code, Low), High)</c>.</summary>
    public int Apply(int code) => Math.Min(Math.Max(code, Low), High);
}
