using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests;

/// <summary>Products with weights in codes: the bits of the product with the same weights as floats, which is the meaning of DequantizeLinear before MatMul.</summary>
[TestClass]
[TestCategory("Engine")]
public sealed class WeightOnlySpecs
{
    /// <summary>Depth, outputs, block: single ones, below, at and above the panels of every engine, blocks that do not fill words of eight 4-bit codes.</summary>
    private static readonly (int Depth, int Outputs, int Block)[] s_shapes =
        [(1, 1, 1), (1, 33, 1), (2, 7, 1), (7, 5, 7), (8, 8, 8), (9, 16, 3), (12, 31, 12), (20, 32, 10), (32, 64, 32), (33, 65, 11), (64, 17, 16), (129, 96, 43), (256, 70, 32), (300, 130, 300)];

    private static readonly int[] s_rows = [0, 1, 2, 3, 4, 5, 8, 9, 12, 13, 25, 61];

    public static IEnumerable<object[]> Cases =>
        from engine in EnginesUnderTest.All
        from shape in s_shapes
        from bits in new[] { 8, 4 }
        from zeroPoints in new[] { false, true }
        select new object[] { engine.Name, shape.Depth, shape.Outputs, shape.Block, bits, zeroPoints };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Every_engine_gives_the_bits_of_float_weights_inside_guard_pages(string engineName, int depth, int outputs, int block, int bits, bool zeroPoints)
    {
        WeightOnlySpec spec = Spec(depth, outputs, block, bits, zeroPoints);
        BoundConvolution bound = EngineList.Find(engineName).Bind(spec);
        ConvolutionTables tables = bound.Plan([], []);
        foreach (int rows in s_rows)
        {
            float[] input = ExtremeData.Floats(rows * depth, 5 + rows), expected = Expected(spec, input, rows);
            foreach (GuardSide side in GuardedBuffer<byte>.BothSides)
            {
                using var x = new GuardedBuffer<float>(input.Length + Engine.ReadSlack / sizeof(float), side);
                using var y = new GuardedBuffer<float>(expected.Length, side);
                x.Span.Fill(float.NaN);
                input.CopyTo(x.Span);

                bound.Run(tables, rows, MemoryMarshal.AsBytes(x.Span[..input.Length]), MemoryMarshal.AsBytes(y.Span), null);

                FloatConvolutionSpecs.AssertSameBits(expected, y.Span, $"{rows} rows, {side}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(EngineNames))]
    public void Threads_do_not_change_the_bits_and_running_does_not_allocate(string engineName)
    {
        using var workers = new WorkerPool(2);
        WeightOnlySpec spec = Spec(640, 1000, 32, 4, true);
        BoundConvolution bound = EngineList.Find(engineName).Bind(spec);
        ConvolutionTables tables = bound.Plan([], []);
        foreach (int rows in new[] { 1, 3, 20 })
        {
            float[] input = ExtremeData.Floats(rows * spec.Depth + Engine.ReadSlack, 3), alone = new float[rows * spec.Outputs], together = new float[alone.Length];
            bound.Run(tables, rows, MemoryMarshal.AsBytes(input.AsSpan()), MemoryMarshal.AsBytes(alone.AsSpan()), null);
            bound.Run(tables, rows, MemoryMarshal.AsBytes(input.AsSpan()), MemoryMarshal.AsBytes(together.AsSpan()), workers);
            FloatConvolutionSpecs.AssertSameBits(alone, together, $"{rows} rows");

            long before = GC.GetAllocatedBytesForCurrentThread();
            bound.Run(tables, rows, MemoryMarshal.AsBytes(input.AsSpan()), MemoryMarshal.AsBytes(alone.AsSpan()), null);
            Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread(), $"{rows} rows");
        }
    }

    public static IEnumerable<object[]> EngineNames => EnginesUnderTest.All.Select(engine => new object[] { engine.Name });

    [TestMethod]
    [DynamicData(nameof(EngineNames))]
    public void NaN_and_infinities_of_the_input_reach_every_output_that_multiplies_them(string engineName)
    {
        foreach (int bits in new[] { 8, 4 })
        {
            // Code 8 or 128 is a weight of 0: 0 · ∞ is NaN as well.
            WeightOnlySpec spec = Spec(16, 40, 16, bits, false) with { Scales = Enumerable.Repeat(0.5f, 40).ToArray(), Bias = default, Minimum = float.NegativeInfinity, Maximum = float.PositiveInfinity };
            BoundConvolution bound = EngineList.Find(engineName).Bind(spec);
            foreach (int rows in new[] { 1, 4, 30 })
            {
                float[] x = new float[rows * spec.Depth + Engine.ReadSlack], y = new float[rows * spec.Outputs];
                for (int i = 0; i < rows * spec.Depth; i++) { x[i] = 1f; }
                x[3] = float.NaN;
                if (rows > 1) { x[spec.Depth + 5] = float.NegativeInfinity; }
                bound.Run(bound.Plan([], []), rows, MemoryMarshal.AsBytes(x.AsSpan()), MemoryMarshal.AsBytes(y.AsSpan()), null);
                for (int n = 0; n < spec.Outputs; n++)
                {
                    Assert.IsTrue(float.IsNaN(y[n]), $"{y[n]}");
                    if (rows == 1) { continue; }
                    int code = spec.Codes.Span[n * spec.Depth + 5], middle = bits == 8 ? 128 : 8;
                    Assert.AreEqual(code == middle ? float.NaN : code > middle ? float.NegativeInfinity : float.PositiveInfinity, y[spec.Outputs + n], $"output {n} of code {code}");
                }
            }
        }
    }

    public static IEnumerable<object[]> Wrong =>
    [
        [Spec(4, 2, 2, 8, true) with { Bits = 2 }, "Weights of 2 bits; expected 8 or 4."],
        [Spec(4, 2, 2, 8, true) with { BlockSize = 3 }, "Rows of 4 weights do not divide into blocks of 3; expected a whole number of blocks, 1 or more."],
        [Spec(4, 2, 2, 8, true) with { Codes = new byte[7] }, "Found 7 weights; expected 2 output channels"],
        [Spec(4, 2, 2, 8, true) with { Scales = new float[2] }, "Found 2 scales and 4 zero points; expected 4 scales, one for each block of each output, and as many zero points or none."],
        [Spec(4, 2, 2, 8, true) with { Bias = new float[3] }, "Found 3 bias values; expected 2"],
        [Spec(4, 2, 2, 8, true) with { Minimum = 1f, Maximum = 0f }, "The fused clip runs from 1 to 0"],
        [Spec(4, 2, 2, 4, true) with { Codes = new byte[] { 0, 1, 2, 16, 0, 0, 0, 0 } }, "A code or zero point of 4-bit weights is above 15; expected 0..15, one in a byte."],
    ];

    [TestMethod]
    [DynamicData(nameof(Wrong))]
    public void Every_engine_refuses_what_does_not_fit_and_says_why(WeightOnlySpec spec, string message)
    {
        foreach (Engine engine in EnginesUnderTest.All)
        {
            StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => engine.Bind(spec)).Message, message, engine.Name);
        }
    }

    private static WeightOnlySpec Spec(int depth, int outputs, int block, int bits, bool zeroPoints)
    {
        int blocks = outputs * (depth / block);
        byte[] codes = ExtremeData.Codes(outputs * depth, 13), zeros = ExtremeData.Codes(zeroPoints ? blocks : 0, 19);
        if (bits == 4)
        {
            foreach (ref byte code in codes.AsSpan()) { code &= 15; }
            foreach (ref byte zero in zeros.AsSpan()) { zero &= 15; }
        }
        return new()
        {
            Depth = depth,
            Outputs = outputs,
            Bits = bits,
            BlockSize = block,
            Codes = codes,
            Scales = ExtremeData.Floats(blocks, 23),
            ZeroPoints = zeros,
            Bias = outputs % 2 == 0 ? default(ReadOnlyMemory<float>) : ExtremeData.Floats(outputs, 17),
            Minimum = outputs % 3 == 0 ? 0f : float.NegativeInfinity,
            Maximum = outputs % 3 == 0 ? 6f : float.PositiveInfinity,
        };
    }

    private static float[] Expected(WeightOnlySpec spec, float[] x, int rows)
    {
        float[] expected = new float[rows * spec.Outputs];
        for (int i = 0; i < expected.Length; i++)
        {
            (int row, int n) = Math.DivRem(i, spec.Outputs);
            float sum = 0f;
            for (int k = 0; k < spec.Depth; k++)
            {
                int block = (n * spec.Depth + k) / spec.BlockSize;
                float weight = (spec.Codes.Span[n * spec.Depth + k] - (spec.ZeroPoints.IsEmpty ? 1 << (spec.Bits - 1) : spec.ZeroPoints.Span[block])) * spec.Scales.Span[block];
                sum = MathF.FusedMultiplyAdd(x[row * spec.Depth + k], weight, sum);
            }
            sum += spec.Bias.IsEmpty ? 0f : spec.Bias.Span[n];
            sum = sum < spec.Minimum ? spec.Minimum : sum;
            expected[i] = sum > spec.Maximum ? spec.Maximum : sum;
        }
        return expected;
    }
}
