using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Dynamic;

/// <summary>Products of floats that are quantized as they come, against three nested loops.</summary>
[TestClass]
public sealed class DynamicProductSpec
{
    // Rows, depth, outputs, largest weight: one piece and several (1,024 · 128 · 128 = 2²⁴ is what a float holds exactly), weights in int8 and in two parts.
    [TestMethod]
    [DataRow(1, 1, 1, 127)]
    [DataRow(1, 64, 256, 127)]
    [DataRow(5, 33, 17, 127)]
    [DataRow(3, 1024, 8, 127)]
    [DataRow(3, 2500, 9, 127)]
    [DataRow(4, 40, 12, 255)]
    [DataRow(2, 1300, 5, 255)]
    public void Every_engine_gives_the_bits_of_plain_loops(int rows, int depth, int outputs, int largest)
    {
        var random = new Random(rows * depth + outputs);
        float[] x = new float[rows * depth], scales = new float[outputs], bias = new float[outputs];
        foreach (ref float value in x.AsSpan()) { value = random.NextSingle() * 3f - 1f; }
        foreach (ref float value in scales.AsSpan()) { value = random.NextSingle() * 0.1f; }
        foreach (ref float value in bias.AsSpan()) { value = random.NextSingle() - 0.5f; }
        short[] weights = new short[outputs * depth];
        // The first output has only the largest weights: the sums are as large as they get.
        for (int i = 0; i < weights.Length; i++) { weights[i] = (short)(i < depth ? largest : random.Next(-largest, largest + 1)); }
        float[] expected = Plain(x, rows, depth, weights, outputs, scales, bias);
        foreach (Engine engine in EnginesUnderTest.All)
        {
            var product = new DynamicProduct(engine, weights, depth, scales, bias);
            float[] y = new float[rows * outputs];
            product.Run(x, rows, DynamicRange.Of(x), y, new byte[product.ScratchBytes(rows)], null);
            CollectionAssert.AreEqual(expected, y, engine.Name);
        }
    }

    [TestMethod]
    [DataRow(6, 3, 40, 127)]
    [DataRow(6, 6, 1100, 127)]
    [DataRow(6, 1, 40, 255)]
    [DataRow(0, 0, 4, 127)]
    public void Parts_of_the_rows_with_ranges_of_their_own_give_what_each_gives_alone(int rows, int groups, int depth, int largest)
    {
        var random = new Random(rows + groups);
        short[] weights = [.. Enumerable.Range(0, 9 * depth).Select(_ => (short)random.Next(-largest, largest + 1))];
        float[] x = [.. Enumerable.Range(0, rows * depth).Select(i => (random.NextSingle() - 0.4f) * (i / depth + 1))], expected = new float[rows * 9], y = new float[rows * 9];
        foreach (Engine engine in EnginesUnderTest.All)
        {
            var product = new DynamicProduct(engine, weights, depth, [0.01f]);
            for (int group = 0; group < groups; group++)
            {
                int part = rows / groups;
                Span<float> own = x.AsSpan(group * part * depth, part * depth);
                product.Run(own, part, DynamicRange.Of(own), expected.AsSpan(group * part * 9, part * 9), new byte[product.ScratchBytes(part)], null);
            }
            product.RunEach(x, rows, groups, y, new byte[product.ScratchBytes(rows)], null);
            CollectionAssert.AreEqual(expected, y, engine.Name);
            string refusal = Assert.ThrowsExactly<QuantizationException>(() => product.RunEach(new float[5 * depth], 5, 2, new float[45], new byte[product.ScratchBytes(5)], null)).Message;
            StringAssert.Contains(refusal, "Found 5 rows for 2 ranges; expected the same number of rows for each.");
        }
    }

    [TestMethod]
    public void One_scale_serves_every_output_and_no_bias_is_zero()
    {
        var product = new DynamicProduct(EngineList.Default, [1, -2, 3, 4], 2, [0.5f]);
        float[] y = new float[2];
        product.Run([255f, 0f], 1, new DynamicRange(0f, 255f), y, new byte[product.ScratchBytes(1)], null);
        CollectionAssert.AreEqual(new[] { 127.5f, 382.5f }, y);
    }

    [TestMethod]
    public void Running_does_not_allocate()
    {
        foreach (int depth in (int[])[64, 3000])
        {
            var product = new DynamicProduct(EngineList.Default, Enumerable.Repeat((short)-127, 8 * depth).ToArray(), depth, [0.1f]);
            float[] x = new float[depth], y = new float[8];
            byte[] scratch = new byte[product.ScratchBytes(1)];
            for (int warm = 0; warm < 3; warm++) { product.Run(x, 1, DynamicRange.Of(x), y, scratch, null); }
            long before = GC.GetAllocatedBytesForCurrentThread();
            product.Run(x, 1, DynamicRange.Of(x), y, scratch, null);
            Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [TestMethod]
    public void Lengths_that_do_not_belong_together_are_refused()
    {
        Refused(() => new DynamicProduct(EngineList.Default, [1, 2, 3], 2, [1f]), "Found 3 weights for rows of 2");
        Refused(() => new DynamicProduct(EngineList.Default, [1, 2, 3, 4], 2, [1f, 1f, 1f]), "Found 3 scales and 0 biases; expected one scale or 2");
        Refused(() => new DynamicProduct(EngineList.Default, Enumerable.Repeat((short)255, 40_000).ToArray(), 40_000, [1f]), "does not fit the 32-bit accumulator");
        var product = new DynamicProduct(EngineList.Default, [1, 2, 3, 4], 2, [1f]);
        Refused(() => product.Run([1f], 1, default, new float[2], new byte[1000], null), "x.Length is 1; expected at least 2");
        Refused(() => product.Run([1f, 2f], 1, default, new float[2], new byte[1], null), "scratch.Length is 1");
    }

    [TestMethod]
    public void A_range_holds_zero_and_passes_over_NaN()
    {
        Assert.AreEqual(new DynamicRange(0f, 3f), DynamicRange.Of([2f, float.NaN, 3f]));
        Assert.AreEqual(new DynamicRange(-4f, 0f), DynamicRange.Of([-4f, -1f, -2f, -3f, -1f, -1f, -1f, -1f, -1f]));
        Assert.AreEqual(default, DynamicRange.Of([]));
        Assert.AreEqual(new DynamicRange(-1f, 2f), new DynamicRange(-1f, 0f).With(new DynamicRange(0f, 2f)));
    }

    [TestMethod]
    public void A_range_becomes_the_parameters_of_DynamicQuantizeLinear()
    {
        // The example of ONNX's operator: 0, 2, −3, −2.5, 1.34, 0.5 gives scale 0.0196078438 and zero point 153.
        CodeParameters map = DynamicRange.Of([0f, 2f, -3f, -2.5f, 1.34f, 0.5f]).ToParameters();
        Assert.AreEqual(0.0196078438f, map.Scale);
        Assert.AreEqual(153, map.ZeroPoint);
        Assert.AreEqual(1f, default(DynamicRange).ToParameters().Scale);
        Refused(() => new DynamicRange(0f, float.PositiveInfinity).ToParameters(), "expected finite ones");
    }

    private static float[] Plain(float[] x, int rows, int depth, short[] weights, int outputs, float[] scales, float[] bias)
    {
        float low = Math.Min(0f, x.Min()), high = Math.Max(0f, x.Max()), scale = (high - low) / 255f;
        int zero = (int)MathF.Round(-low / scale);
        float[] y = new float[rows * outputs];
        for (int m = 0; m < rows; m++)
        {
            for (int n = 0; n < outputs; n++)
            {
                int sum = 0;
                for (int k = 0; k < depth; k++) { sum += ((int)Math.Clamp(MathF.Round(x[m * depth + k] / scale) + zero, 0f, 255f) - zero) * weights[n * depth + k]; }
                float product = sum * (scale * scales[n]);
                y[m * outputs + n] = product + bias[n];
            }
        }
        return y;
    }

    private static void Refused(Action action, string part) => StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(action).Message, part);
}
