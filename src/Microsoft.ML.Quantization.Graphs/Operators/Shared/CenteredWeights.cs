using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Weights as int8 with zero point 0.</summary>
internal static class CenteredWeights
{
    /// <summary><c>code − zero point</c> for each weight, in the given order; null when one does not fit into int8.</summary>
    public static sbyte[]? Read(Tensor weights, QuantizationParameters map)
    {
        int channels = map.IsPerChannel ? weights.Shape[Axes.FromFront(map.Axis!.Value, weights.Shape.Rank)] : 1;
        int inner = map.IsPerChannel ? weights.Shape.Count(Axes.FromFront(map.Axis!.Value, weights.Shape.Rank) + 1, weights.Shape.Rank) : weights.Length;
        bool signed = map.Type == ElementType.QInt8;
        ReadOnlySpan<byte> codes = weights.Bytes;
        var centered = new sbyte[codes.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            int zeroPoint = map.ZeroPoints[map.IsPerChannel ? i / inner % channels : 0];
            int value = (signed ? (sbyte)codes[i] : codes[i]) - zeroPoint;
            if (value is < sbyte.MinValue or > sbyte.MaxValue) { return null; }
            centered[i] = (sbyte)value;
        }
        return centered;
    }
}
