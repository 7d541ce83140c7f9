using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The ends of intervals as codes.</summary>
internal static class Codes
{
    /// <summary>QuantizeLinear of one number.</summary>
    public static int Quantize(float x, QuantizationParameters map) => new CodeMap(map.Scale, map.ZeroPoint, map.Range, Rounding.Divide).Code(x);

    /// <summary>The smallest code of values from <paramref name="low"/> on.</summary>
    public static int Lower(float low, QuantizationParameters map) => float.IsNegativeInfinity(low) ? map.Range.Minimum : Quantize(low, map);

    /// <summary>The largest code of values up to <paramref name="high"/>.</summary>
    public static int Upper(float high, QuantizationParameters map) => float.IsPositiveInfinity(high) ? map.Range.Maximum : Quantize(high, map);
}
