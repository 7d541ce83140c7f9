using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The bias of an integer product, in units of input scale · weight scale.</summary>
internal static class IntegerBias
{
    /// <summary>Reads the bias of input <paramref name="index"/>. Gives the reason it cannot be used, or null.</summary>
    /// <param name="site">The group.</param>
    /// <param name="index">The bias input.</param>
    /// <param name="scales">Input scale · weight scale of each output channel.</param>
    /// <param name="bias">One number for each channel; empty where the node has no bias.</param>
    /// <remarks>int32 codes are taken as they are when their scale is the product within float rounding; a float bias is rounded: rne(b / (sx · sw)).</remarks>
    public static string? Read(IntegerSite site, int index, float[] scales, out int[] bias)
    {
        bias = [];
        if (site.Input(index) is not { } input) { return null; }
        if (input.Constant is not { } value) { return "its bias is not a constant"; }
        if (value.Length != 1 && (value.Length != scales.Length || value.Shape.Sizes[^1] != scales.Length)) { return $"its bias is {value}; integer calls take one number for each of {scales.Length} output channels"; }
        int[] read = new int[scales.Length];
        if (input.Parameters is { } map)
        {
            if (map.Type != ElementType.QInt32 || map.ZeroPoints.Any(zeroPoint => zeroPoint != 0)) { return $"its bias is {map}; integer calls take int32 with zero point 0"; }
            ReadOnlySpan<int> codes = value.AsSpan<int>();
            for (int c = 0; c < read.Length; c++)
            {
                float scale = map.Scales[map.Scales.Length == 1 ? 0 : c];
                if (Math.Abs(scale - scales[c]) > 1e-6f * scales[c]) { return $"its bias has scale {scale:R} in channel {c}; expected {scales[c]:R}, input scale · weight scale"; }
                read[c] = codes[value.Length == 1 ? 0 : c];
            }
        }
        else
        {
            if (value.Type != ElementType.Float32) { return $"its bias is {value.Type.Name()}; expected float32 or dequantized int32"; }
            ReadOnlySpan<float> reals = value.AsSpan<float>();
            for (int c = 0; c < read.Length; c++)
            {
                float code = MathF.Round(reals[value.Length == 1 ? 0 : c] / scales[c], MidpointRounding.ToEven);
                if (!(Math.Abs(code) <= BiasQuantizer.LargestCode)) { return $"its bias {reals[value.Length == 1 ? 0 : c]:R} in channel {c} is more than 2^30 steps of {scales[c]:R}, input scale · weight scale"; }
                read[c] = (int)code;
            }
        }
        bias = read;
        return null;
    }
}
