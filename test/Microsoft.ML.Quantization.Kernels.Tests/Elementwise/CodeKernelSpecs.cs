using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class CodeKernelSpecs
{
    private static readonly int[] s_lengths = [0, 1, 7, 8, 9, 31, 32, 33, 64, 100];

    private static readonly CodeParameters[] s_maps =
    [
        new(0.0123f, 131, 0, 255, false),
        new(0.5f, -7, -128, 127, true, Rounding.Reciprocal),
        new(0.1f, 0, 0, 100, false, Rounding.Reciprocal),
        new(1e-30f, -128, -100, 127, true),
    ];

    [TestMethod]
    public void Quantize_rounds_ties_to_even_clamps_before_converting_and_sends_NaN_to_the_minimum()
    {
        float[] special = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, -1e30f, 0f, -0f, 0.25f, 0.75f, -0.25f, 1.25f, float.Epsilon];
        foreach (CodeParameters map in s_maps)
        {
            foreach (int length in s_lengths)
            {
                using var x = new GuardedBuffer<float>([.. ExtremeData.Floats(length, 3).Select((value, i) => i % 3 == 0 ? special[i / 3 % special.Length] : value)]);
                using var codes = new GuardedBuffer<byte>(length);
                foreach (Engine engine in EnginesUnderTest.All)
                {
                    engine.Quantize(x.Span, codes.Span, map);
                    for (int i = 0; i < length; i++)
                    {
                        double steps = map.Rounding == Rounding.Divide ? x.Span[i] / map.Scale : x.Span[i] * (1f / map.Scale);
                        int expected = double.IsNaN(steps) ? map.Minimum : (int)Math.Clamp(Math.Round(steps, MidpointRounding.ToEven) + map.ZeroPoint, map.Minimum, map.Maximum);
                        Assert.AreEqual((byte)expected, codes.Span[i], $"{engine.Name} {map} {x.Span[i]:R}");
                    }
                }
            }
        }
    }

    [TestMethod]
    public void Quantize_divides_to_the_last_bit_around_the_middle_between_two_codes()
    {
        var random = new Random(7);
        float[] x = new float[1024];
        byte[] codes = new byte[x.Length];
        foreach (float scale in new[] { 0.0123f, 1f / 3f, 7.77f, 1e-36f, 3e-38f, 3e37f, 0.1f, 1f })
        {
            var map = new CodeParameters(scale, 100, signed: false);
            for (int i = 0; i < x.Length; i++)
            {
                x[i] = (random.Next(-101, 157) + 0.5f) * scale;
                for (int step = random.Next(-3, 4); step != 0; step -= Math.Sign(step)) { x[i] = step < 0 ? MathF.BitDecrement(x[i]) : MathF.BitIncrement(x[i]); }
            }
            foreach (Engine engine in EnginesUnderTest.All)
            {
                engine.Quantize(x, codes, map);
                for (int i = 0; i < x.Length; i++)
                {
                    Assert.AreEqual((byte)Math.Clamp(MathF.Round(x[i] / scale, MidpointRounding.ToEven) + 100f, 0f, 255f), codes[i], $"{engine.Name} {scale:R} {x[i]:R}");
                }
            }
        }
    }

    [TestMethod]
    public void Dequantize_subtracts_then_multiplies_once()
    {
        foreach (CodeParameters map in s_maps)
        {
            foreach (int length in s_lengths)
            {
                using var codes = new GuardedBuffer<byte>(ExtremeData.Codes(length, 3));
                using var y = new GuardedBuffer<float>(length);
                float[] expected = [.. codes.Span.ToArray().Select(code => (float)((map.Signed ? (sbyte)code : code) - map.ZeroPoint) * map.Scale)];
                foreach (Engine engine in EnginesUnderTest.All)
                {
                    engine.Dequantize(codes.Span, y.Span, map);
                    FloatConvolutionSpecs.AssertSameBits(expected, y.Span, $"{engine.Name} {map}");
                }
            }
        }
    }

    [TestMethod]
    public void Sums_and_products_of_codes_go_through_float32_on_every_engine()
    {
        foreach ((CodeParameters a, CodeParameters b, CodeParameters o) in new[] { (s_maps[0], s_maps[1], s_maps[2]), (s_maps[1], s_maps[1], s_maps[0]), (s_maps[2], s_maps[0], s_maps[1]), (s_maps[0], s_maps[0], s_maps[3]) })
        {
            foreach (int length in s_lengths)
            {
                using var p = new GuardedBuffer<byte>(ExtremeData.Codes(length, 3));
                using var q = new GuardedBuffer<byte>(ExtremeData.Codes(length, 4));
                using var y = new GuardedBuffer<byte>(length);
                foreach (Engine engine in EnginesUnderTest.All)
                {
                    engine.Add(p.Span, a, q.Span, b, y.Span, o);
                    for (int i = 0; i < length; i++) { Assert.AreEqual(o.Code(a.Real(p.Span[i]) + b.Real(q.Span[i])), y.Span[i], engine.Name); }
                    engine.Multiply(p.Span, a, q.Span, b, y.Span, o);
                    for (int i = 0; i < length; i++) { Assert.AreEqual(o.Code(a.Real(p.Span[i]) * b.Real(q.Span[i])), y.Span[i], engine.Name); }
                }
            }
        }
    }

    [TestMethod]
    public void Channels_have_their_own_scale_and_zero_point()
    {
        var parameters = new QuantizationParameters([0.5f, 0.25f], [3, -4], 1, ElementType.QInt8);
        float[] x = [1f, 2f, 3f, 1f, 2f, 3f, -1f, -2f, -3f, -1f, -2f, -3f];
        foreach (Engine engine in EnginesUnderTest.All)
        {
            byte[] codes = new byte[12];
            engine.QuantizePerChannel(x, codes, 2, 3, parameters, Rounding.Divide);
            CollectionAssert.AreEqual(new sbyte[] { 5, 7, 9, 0, 4, 8, 1, -1, -3, -8, -12, -16 }, codes.Select(static code => (sbyte)code).ToArray(), engine.Name);
            float[] y = new float[12];
            engine.DequantizePerChannel(codes, y, 2, 3, parameters);
            CollectionAssert.AreEqual(x, y, engine.Name);
        }
    }

    [TestMethod]
    public void A_table_applies_any_function_of_one_code()
    {
        CodeParameters input = s_maps[1], output = s_maps[0];
        byte[] table = LookupTable.Build(FloatMath.Tanh, input, output), codes = [.. Enumerable.Range(0, 256).Select(static code => (byte)code)], y = new byte[256];
        foreach (Engine engine in EnginesUnderTest.All)
        {
            engine.Lookup(codes, y, table);
            for (int code = 0; code < 256; code++) { Assert.AreEqual(output.Code(FloatMath.Tanh(input.Real((byte)code))), y[code]); }
        }
        CollectionAssert.AreEqual(codes, LookupTable.Requantize(input, input));
    }

    [TestMethod]
    public void Parameters_come_from_per_tensor_8_bit_parameters_only()
    {
        Assert.AreEqual(new CodeParameters(0.5f, 3, 0, 127, false), CodeParameters.From(new QuantizationParameters(0.5f, 3, ElementType.QUInt8, new QuantizedRange(0, 127))));
        QuantizationException problem = Assert.ThrowsExactly<QuantizationException>(static () => CodeParameters.From(new QuantizationParameters(1f, 0, ElementType.QInt32)));
        StringAssert.Contains(problem.Message, "expected one scale for the whole tensor and an 8-bit type");
    }

    [TestMethod]
    public void Layouts_convert_there_and_back_for_every_element_size()
    {
        foreach ((int batch, int channels, int pixels) in new[] { (0, 3, 4), (1, 1, 9), (2, 3, 49), (1, 64, 17), (2, 33, 1), (1, 17, 16) })
        {
            int length = batch * channels * pixels;
            RoundTrip(ExtremeData.Codes(length, 1), batch, channels, pixels);
            RoundTrip(ExtremeData.Codes(length, 2).Select(static code => (short)(code * 259)).ToArray(), batch, channels, pixels);
            RoundTrip(ExtremeData.Floats(length, 3).Select(BitConverter.SingleToInt32Bits).ToArray(), batch, channels, pixels);
        }
    }

    private static void RoundTrip<T>(T[] first, int batch, int channels, int pixels) where T : unmanaged
    {
        T[] last = new T[first.Length], back = new T[first.Length];
        ChannelsLast.FromChannelsFirst<T>(first, last, batch, channels, pixels);
        for (int i = 0; i < first.Length; i++)
        {
            Assert.AreEqual(first[i], last[i / (channels * pixels) * channels * pixels + i % pixels * channels + i / pixels % channels]);
        }
        ChannelsLast.ToChannelsFirst<T>(last, back, batch, channels, pixels);
        CollectionAssert.AreEqual(first, back);
    }
}
