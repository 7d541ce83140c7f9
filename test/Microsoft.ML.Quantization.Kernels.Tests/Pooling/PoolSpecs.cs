using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class PoolSpecs
{
    public static IEnumerable<ConvolutionCase> Shapes =>
        from channels in new[] { 1, 3, 8, 9, 32, 41, 72 }
        from window in new[] { (2, 2, 0, 1), (3, 2, 1, 1), (3, 1, 1, 2), (2, 1, 2, 1) }
        select ConvolutionCase.Conv2D("pool", 2, channels, channels, 7, window.Item1, window.Item2, window.Item3, window.Item4);

    [TestMethod]
    public void The_largest_code_of_each_window_ignores_padding()
    {
        foreach (ConvolutionCase shape in Shapes)
        {
            PoolTables tables = PoolTables.Plan(shape.Window, shape.Size, shape.OutputSize);
            using var x = new GuardedBuffer<byte>(ExtremeData.Codes(shape.Batch * shape.InputPixels * shape.InputChannels, 3));
            using var y = new GuardedBuffer<byte>(shape.Batch * shape.OutputPixels * shape.InputChannels);
            foreach (Engine engine in EnginesUnderTest.All)
            {
                foreach (bool signed in new[] { false, true })
                {
                    engine.MaxPool(tables, shape.Batch, shape.InputChannels, x.Span, y.Span, signed);
                    for (int i = 0; i < y.Length; i++)
                    {
                        int expected = Taps(shape, i).Select(at => signed ? (int)(sbyte)x.Span[at] : x.Span[at]).DefaultIfEmpty(signed ? -128 : 0).Max();
                        Assert.AreEqual((byte)expected, y.Span[i], $"{engine.Name} {shape} signed={signed} at {i}");
                    }
                }
            }
        }
    }

    [TestMethod]
    public void The_largest_float_of_each_window_ignores_padding_and_NaN_wins()
    {
        foreach (ConvolutionCase shape in Shapes)
        {
            PoolTables tables = PoolTables.Plan(shape.Window, shape.Size, shape.OutputSize);
            using var x = new GuardedBuffer<float>(ExtremeData.Floats(shape.Batch * shape.InputPixels * shape.InputChannels, 3));
            x.Span[5] = float.NaN;
            using var y = new GuardedBuffer<float>(shape.Batch * shape.OutputPixels * shape.InputChannels);
            foreach (Engine engine in EnginesUnderTest.All)
            {
                engine.MaxPool(tables, shape.Batch, shape.InputChannels, x.Span, y.Span);
                for (int i = 0; i < y.Length; i++)
                {
                    float expected = Taps(shape, i).Select(at => x.Span[at]).Aggregate(float.NegativeInfinity, static (largest, v) => v > largest || float.IsNaN(v) ? v : largest);
                    FloatConvolutionSpecs.AssertSameBits([expected], [y.Span[i]], $"{engine.Name} {shape} at {i}");
                }
            }
        }
    }

    [TestMethod]
    public void Means_of_windows_divide_by_the_taps_inside_the_image_or_inside_the_padding()
    {
        CodeParameters input = new(0.05f, 131, 0, 255, false), output = new(0.06f, -10, -128, 120, true);
        foreach (ConvolutionCase shape in Shapes)
        {
            PoolTables tables = PoolTables.Plan(shape.Window, shape.Size, shape.OutputSize);
            byte[] x = ExtremeData.Codes(shape.Batch * shape.InputPixels * shape.InputChannels, 3), y = new byte[shape.Batch * shape.OutputPixels * shape.InputChannels];
            float[] xf = ExtremeData.Floats(x.Length, 4), yf = new float[y.Length];
            foreach (Engine engine in EnginesUnderTest.All)
            {
                foreach (bool countPadding in new[] { false, true })
                {
                    engine.AveragePool(tables, shape.Batch, shape.InputChannels, x, input, y, output, countPadding);
                    engine.AveragePool(tables, shape.Batch, shape.InputChannels, xf, yf, countPadding);
                    for (int i = 0; i < y.Length; i++)
                    {
                        int[] taps = [.. Taps(shape, i)];
                        int divisor = Math.Max(1, countPadding ? shape.Taps : taps.Length);
                        float steps = taps.Sum(at => x[at] - 131) * (0.05f / (divisor * 0.06f));
                        int expected = Math.Clamp((int)MathF.Round(steps, MidpointRounding.ToEven) - 10, -128, 120);
                        Assert.AreEqual((byte)expected, y[i], $"{engine.Name} {shape} at {i}");
                        float sum = 0f;
                        foreach (int at in taps) { sum += xf[at]; }
                        FloatConvolutionSpecs.AssertSameBits([sum / divisor], [yf[i]], $"{engine.Name} {shape} at {i}");
                    }
                }
            }
        }
    }

    [TestMethod]
    public void A_window_that_sticks_out_in_ceil_mode_counts_only_the_padded_image()
    {
        // Size 4, kernel 3, stride 2, no padding, two outputs: the second window has elements 2, 3 and one place that is not even padding.
        PoolTables tables = PoolTables.Plan(new([3], [2], [1], [0], [0]), [4], [2]);
        float[] y = new float[2];
        foreach (Engine engine in EnginesUnderTest.All)
        {
            engine.AveragePool(tables, 1, 1, [1f, 2f, 3f, 5f], y, countPadding: true);
            CollectionAssert.AreEqual(new[] { 2f, 4f }, y, engine.Name);
        }
    }

    [TestMethod]
    public void Means_over_all_pixels_are_integer_sums_for_codes_and_ascending_for_floats()
    {
        foreach (int channels in new[] { 1, 7, 8, 20, 64 })
        {
            foreach (bool signed in new[] { false, true })
            {
                const int Batch = 2, Pixels = 49;
                CodeParameters input = new(0.05f, signed ? -3 : 131, signed), output = new(0.06f, 20, 0, 200, false);
                using var x = new GuardedBuffer<byte>(ExtremeData.Codes(Batch * Pixels * channels, 3));
                using var xf = new GuardedBuffer<float>(ExtremeData.Floats(Batch * Pixels * channels, 3));
                using var y = new GuardedBuffer<byte>(Batch * channels);
                using var yf = new GuardedBuffer<float>(Batch * channels);
                foreach (Engine engine in EnginesUnderTest.All)
                {
                    engine.GlobalAveragePool(Batch, Pixels, channels, x.Span, input, y.Span, output);
                    engine.GlobalAveragePool(Batch, Pixels, channels, xf.Span, yf.Span);
                    for (int i = 0; i < Batch * channels; i++)
                    {
                        int[] at = [.. Enumerable.Range(0, Pixels).Select(pixel => (i / channels * Pixels + pixel) * channels + i % channels)];
                        int codes = at.Sum(index => (signed ? (sbyte)x.Span[index] : x.Span[index]) - input.ZeroPoint);
                        int expected = Math.Clamp((int)MathF.Round(codes * (0.05f / (Pixels * 0.06f)), MidpointRounding.ToEven) + 20, 0, 200);
                        Assert.AreEqual((byte)expected, y.Span[i], $"{engine.Name} {channels} {signed}");
                        float sum = 0f;
                        foreach (int index in at) { sum += xf.Span[index]; }
                        FloatConvolutionSpecs.AssertSameBits([sum / Pixels], [yf.Span[i]], $"{engine.Name} {channels}");
                    }
                }
            }
        }
    }

    /// <summary>Input elements inside the window of one output element, taps ascending.</summary>
    private static IEnumerable<int> Taps(ConvolutionCase shape, int output)
    {
        (int row, int channel) = Math.DivRem(output, shape.InputChannels);
        (int image, int pixel) = Math.DivRem(row, shape.OutputPixels);
        return Enumerable.Range(0, shape.Taps).Select(tap => shape.Source(pixel, tap)).Where(static source => source >= 0)
            .Select(source => (image * shape.InputPixels + source) * shape.InputChannels + channel);
    }
}
