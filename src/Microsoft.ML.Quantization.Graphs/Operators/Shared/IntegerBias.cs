using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The bias of an integer product, in units of input scale · weight scale.</summary>
internal static class IntegerBias
{
    /// <summary>Reads the bias of input <paramref name="index"/>. Gives the reason it cannot be used, or null.</summary>
    /// <param name="site">The group.</param>
    /// <param name="index">The bias input.</param>
    /// <param name="inputScale">Scale of the input.</param>
    /// <param name="weightScales">Scale of the weights of each output channel.</param>
    /// <param name="bias">One number for each channel; empty where the node has no bias.</param>
    /// <remarks>int32 codes are taken as they are when their scale is the product within float rounding; a float bias is rounded: rne(b / (sx · sw)).</remarks>
    public static string? Read(IntegerSite site, int index, float inputScale, float[] weightScales, out int[] bias)
    {
        bias = [];
        if (site.Input(index) is not { } input) { return null; }
        if (input.Constant is not { } value) { return "its bias is not a constant"; }
        int channels = weightScales.Length;
        if (value.Length != 1 && (value.Length != channels || value.Shape.Sizes[^1] != channels)) { return $"its bias is {value}; integer calls take one number for each of {channels} output channels"; }
        int[] read;
        if (input.Parameters is { } map)
        {
            if (map.Type != ElementType.QInt32 || map.ZeroPoints.Any(zeroPoint => zeroPoint != 0)) { return $"its bias is {map}; integer calls take int32 with zero point 0"; }
            for (int c = 0; c < channels; c++)
            {
                float scale = map.Scales[map.Scales.Length == 1 ? 0 : c], expected = BiasQuantizer.Scale(inputScale, weightScales[c]);
                if (Math.Abs(scale - expected) > 1e-6f * expected) { return $"its bias has scale {scale:R} in channel {c}; expected {expected:R}, input scale · weight scale"; }
            }
            read = ForEach(value.AsSpan<int>(), channels);
        }
        else
        {
            if (value.Type != ElementType.Float32) { return $"its bias is {value.Type.Name()}; expected float32 or dequantized int32"; }
            float[] reals = ForEach(value.AsSpan<float>(), channels);
            read = BiasQuantizer.Quantize(reals, inputScale, weightScales, Rounding.Divide);
            int far = Array.FindIndex(read, static code => Math.Abs((long)code) > BiasQuantizer.LargestCode);
            if (far >= 0) { return $"its bias {reals[far]:R} in channel {far} is more than 2^30 steps of {BiasQuantizer.Scale(inputScale, weightScales[far]):R}, input scale · weight scale"; }
        }
        bias = read;
        return null;
    }

    private static T[] ForEach<T>(ReadOnlySpan<T> values, int channels)
    {
        if (values.Length == channels) { return values.ToArray(); }
        var all = new T[channels];
        Array.Fill(all, values[0]);
        return all;
    }
}
