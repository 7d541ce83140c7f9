using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class FloatKernelSpecs
{
    private static readonly int[] s_lengths = [0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 100];

    [TestMethod]
    public void Element_wise_kernels_have_the_bits_of_the_arithmetic_inside_guard_pages()
    {
        foreach (Engine engine in EnginesUnderTest.All)
        {
            foreach (int length in s_lengths)
            {
                foreach (GuardSide side in GuardedBuffer<float>.BothSides)
                {
                    using var a = new GuardedBuffer<float>(ExtremeData.Floats(length, 1), side);
                    using var b = new GuardedBuffer<float>(ExtremeData.Floats(length, 2), side);
                    using var y = new GuardedBuffer<float>(length, side);
                    float[] p = a.Span.ToArray(), q = [.. b.Span.ToArray().Select(static v => v == 0f ? 3f : v)];
                    q.CopyTo(b.Span);
                    engine.Add(a.Span, b.Span, y.Span);
                    FloatConvolutionSpecs.AssertSameBits([.. p.Zip(q, static (x, z) => x + z)], y.Span, $"{engine.Name} add {length}");
                    engine.Subtract(a.Span, b.Span, y.Span);
                    FloatConvolutionSpecs.AssertSameBits([.. p.Zip(q, static (x, z) => x - z)], y.Span, $"{engine.Name} subtract {length}");
                    engine.Multiply(a.Span, b.Span, y.Span);
                    FloatConvolutionSpecs.AssertSameBits([.. p.Zip(q, static (x, z) => x * z)], y.Span, $"{engine.Name} multiply {length}");
                    engine.Divide(a.Span, b.Span, y.Span);
                    FloatConvolutionSpecs.AssertSameBits([.. p.Zip(q, static (x, z) => x / z)], y.Span, $"{engine.Name} divide {length}");
                    engine.Clip(a.Span, y.Span, -1f, 0.5f);
                    FloatConvolutionSpecs.AssertSameBits([.. p.Select(static x => x < -1f ? -1f : x > 0.5f ? 0.5f : x)], y.Span, $"{engine.Name} clip {length}");
                    engine.Relu(a.Span, y.Span);
                    FloatConvolutionSpecs.AssertSameBits([.. p.Select(static x => x < 0f ? 0f : x)], y.Span, $"{engine.Name} relu {length}");
                }
            }
        }
    }

    [TestMethod]
    public void A_step_of_an_LSTM_is_its_formula_one_rounding_at_a_time_inside_guard_pages()
    {
        foreach (Engine engine in EnginesUnderTest.All)
        {
            foreach (int hidden in s_lengths)
            {
                float[] x = ExtremeData.Floats(4 * hidden, 1), h = ExtremeData.Floats(4 * hidden, 2), before = ExtremeData.Floats(hidden, 3);
                float[] cell = new float[hidden], state = new float[hidden];
                for (int i = 0; i < hidden; i++)
                {
                    float kept = FloatMath.Sigmoid(x[2 * hidden + i] + h[2 * hidden + i]) * before[i];
                    cell[i] = kept + FloatMath.Sigmoid(x[i] + h[i]) * FloatMath.Tanh(x[3 * hidden + i] + h[3 * hidden + i]);
                    state[i] = FloatMath.Sigmoid(x[hidden + i] + h[hidden + i]) * FloatMath.Tanh(cell[i]);
                }
                foreach (GuardSide side in GuardedBuffer<float>.BothSides)
                {
                    using var inputGates = new GuardedBuffer<float>(x, side);
                    using var stateGates = new GuardedBuffer<float>(h, side);
                    using var c = new GuardedBuffer<float>(before, side);
                    using var y = new GuardedBuffer<float>(hidden, side);
                    engine.LstmStep(inputGates.Span, stateGates.Span, c.Span, y.Span);
                    FloatConvolutionSpecs.AssertSameBits(cell, c.Span, $"{engine.Name} C {hidden}");
                    FloatConvolutionSpecs.AssertSameBits(state, y.Span, $"{engine.Name} H {hidden}");
                }
            }
        }
    }

    [TestMethod]
    public void A_step_of_an_LSTM_wants_four_gates_for_each_number_of_the_state()
    {
        foreach (Engine engine in EnginesUnderTest.All)
        {
            Assert.ThrowsExactly<QuantizationException>(() => engine.LstmStep(new float[7], new float[8], new float[2], new float[2]));
            Assert.ThrowsExactly<QuantizationException>(() => engine.LstmStep(new float[8], new float[7], new float[2], new float[2]));
            Assert.ThrowsExactly<QuantizationException>(() => engine.LstmStep(new float[8], new float[8], new float[2], new float[1]));
        }
    }

    [TestMethod]
    public void Sums_use_sixteen_lanes_and_a_tree_on_every_engine()
    {
        foreach (int length in s_lengths)
        {
            float[] x = ExtremeData.Floats(length, 4);
            float[] lanes = new float[16];
            for (int i = 0; i < length; i++) { lanes[i % 16] += x[i]; }
            float expected = (((lanes[0] + lanes[8]) + (lanes[4] + lanes[12])) + ((lanes[2] + lanes[10]) + (lanes[6] + lanes[14])))
                + (((lanes[1] + lanes[9]) + (lanes[5] + lanes[13])) + ((lanes[3] + lanes[11]) + (lanes[7] + lanes[15])));
            foreach (Engine engine in EnginesUnderTest.All) { FloatConvolutionSpecs.AssertSameBits([expected], [engine.Sum(x)], $"{engine.Name} {length}"); }
        }
    }

    [TestMethod]
    public void Softmax_has_the_same_bits_on_every_engine_and_rows_that_sum_to_one()
    {
        foreach (int columns in new[] { 1, 2, 10, 33 })
        {
            float[] x = [.. ExtremeData.Floats(3 * columns, 6).Select(static v => Math.Clamp(v, -50f, 50f))], expected = new float[x.Length];
            EngineList.Reference.Softmax(x, expected, 3, columns);
            for (int row = 0; row < 3; row++) { Assert.AreEqual(1.0, expected.Skip(row * columns).Take(columns).Sum(static v => (double)v), 1e-5); }
            foreach (Engine engine in EnginesUnderTest.All)
            {
                float[] y = new float[x.Length];
                engine.Softmax(x, y, 3, columns);
                FloatConvolutionSpecs.AssertSameBits(expected, y, $"{engine.Name} {columns}");
            }
        }
    }

    [TestMethod]
    public void Matrix_products_sum_k_ascending_for_every_transposition_inside_guard_pages()
    {
        foreach ((int m, int k, int n) in new[] { (1, 1, 1), (0, 3, 4), (3, 0, 4), (1, 70, 33), (5, 3, 16), (6, 17, 31), (7, 8, 32), (13, 5, 65) })
        {
            foreach (int turn in new[] { 0, 1, 2, 3 })
            {
                bool turnA = (turn & 1) != 0, turnB = (turn & 2) != 0;
                using var a = new GuardedBuffer<float>(ExtremeData.Floats(m * k, 8));
                using var b = new GuardedBuffer<float>(ExtremeData.Floats(k * n, 9));
                using var c = new GuardedBuffer<float>(m * n);
                float[] expected = new float[m * n];
                for (int i = 0; i < m * n; i++)
                {
                    for (int j = 0; j < k; j++)
                    {
                        expected[i] = MathF.FusedMultiplyAdd(a.Span[turnA ? j * m + i / n : i / n * k + j], b.Span[turnB ? i % n * k + j : j * n + i % n], expected[i]);
                    }
                }
                foreach (Engine engine in EnginesUnderTest.All)
                {
                    c.Span.Fill(float.NaN);
                    engine.MatMul(a.Span, b.Span, c.Span, m, k, n, turnA, turnB);
                    FloatConvolutionSpecs.AssertSameBits(expected, c.Span, $"{engine.Name} {m}x{k}x{n} {turnA} {turnB}");
                }
            }
        }
    }

    [TestMethod]
    public void Spans_too_short_are_refused()
    {
        foreach (Engine engine in EnginesUnderTest.All)
        {
            QuantizationException problem = Assert.ThrowsExactly<QuantizationException>(() => engine.Add(new float[9], new float[8], new float[9]));
            StringAssert.Contains(problem.Message, "expected at least 9");
            Assert.ThrowsExactly<QuantizationException>(() => engine.Exp(new float[9], new float[8]));
            Assert.ThrowsExactly<QuantizationException>(() => engine.MatMul(new float[9], new float[8], new float[9], 3, 3, 3));
        }
    }
}
