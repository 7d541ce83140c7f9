using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The ends of intervals as codes.</summary>
internal static class Codes
{
    /// <summary>QuantizeLinear of one number.</summary>
    public static int Quantize(float x, QuantizationParameters map) => new CodeMap(map.Scale, map.ZeroPoint, map.Range, Rounding.Divide).Code(x);

    /// <summary>The codes that an activation leaves.</summary>
    public static CodeInterval Within((float Low, float High) interval, QuantizationParameters map) => CodeInterval.Within(interval.Low, interval.High, map, Rounding.Divide);
}
