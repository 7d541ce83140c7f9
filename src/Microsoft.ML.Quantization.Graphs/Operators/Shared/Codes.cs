using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The ends of intervals as codes.</summary>
internal static class Codes
{
    /// <summary>QuantizeLinear of one number.</summary>
    public static int Quantize(float x, QuantizationParameters map) => new CodeMap(map.Scale, map.ZeroPoint, map.Range, Rounding.Divide).Code(x);

    /// <summary>The codes that a clamp to an interval leaves; the upper end wins where the ends cross, and an end that is NaN does not limit.</summary>
    public static (int Minimum, int Maximum) Within((float Low, float High) interval, QuantizationParameters map)
    {
        int high = interval.High < float.PositiveInfinity ? Quantize(interval.High, map) : map.Range.Maximum;
        int low = interval.Low > float.NegativeInfinity ? Quantize(interval.Low, map) : map.Range.Minimum;
        return (Math.Min(low, high), high);
    }
}
