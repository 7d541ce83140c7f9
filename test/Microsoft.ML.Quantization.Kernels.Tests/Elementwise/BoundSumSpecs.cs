using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class BoundSumSpecs
{
    private const int Codes = 256;

    [TestMethod]
    public void Every_pair_of_codes_has_the_sum_of_the_definition_on_every_engine()
    {
        var random = new Random(5);
        byte[] a = [.. from code in Enumerable.Range(0, Codes * Codes) select (byte)(code / Codes)], b = [.. from code in Enumerable.Range(0, Codes * Codes) select (byte)code];
        byte[] expected = new byte[a.Length], actual = new byte[a.Length];
        for (int trial = 0; trial < 12; trial++)
        {
            CodeParameters left = Map(random, trial % 2 == 1), right = Map(random, trial % 3 == 1);
            CodeParameters output = Map(random, trial % 4 == 1) with { Scale = (left.Scale + right.Scale) * (0.4f + random.NextSingle()), Minimum = random.Next(60), Maximum = 127 - random.Next(60), Rounding = trial % 5 == 4 ? Rounding.Reciprocal : Rounding.Divide };
            for (int i = 0; i < a.Length; i++) { expected[i] = output.Code(left.Real(a[i]) + right.Real(b[i])); }
            foreach (Engine engine in EnginesUnderTest.All)
            {
                engine.BindSum(left, right, output).Run(a, b, actual);
                CollectionAssert.AreEqual(expected, actual, $"{engine.Name} {left} {right} {output}");
            }
        }
    }

    [TestMethod]
    public void Any_length_stays_inside_its_buffers_and_may_be_in_place()
    {
        CodeParameters left = new(0.013f, 120, false), right = new(0.029f, 3, false), output = new(0.037f, 131, 131, 250, false);
        foreach (int length in new[] { 0, 1, 7, 31, 32, 33, 63, 64, 100 })
        {
            foreach (GuardSide side in GuardedBuffer<byte>.BothSides)
            {
                foreach (Engine engine in EnginesUnderTest.All)
                {
                    using var a = new GuardedBuffer<byte>(length, side);
                    using var b = new GuardedBuffer<byte>(length, side);
                    ExtremeData.Codes(length, 3).CopyTo(a.Span);
                    ExtremeData.Codes(length, 4).CopyTo(b.Span);
                    byte[] expected = [.. a.Span.ToArray().Zip(b.Span.ToArray(), (x, y) => output.Code(left.Real(x) + right.Real(y)))];
                    engine.BindSum(left, right, output).Run(a.Span, b.Span, b.Span);
                    CollectionAssert.AreEqual(expected, b.Span.ToArray(), $"{engine.Name} {length}");
                }
            }
        }
    }

    [TestMethod]
    public void A_form_without_division_is_found_for_ordinary_maps_and_for_none_out_of_range()
    {
        var random = new Random(7);
        int found = 0;
        for (int trial = 0; trial < 100; trial++)
        {
            CodeParameters left = Map(random, false), right = Map(random, false), output = Map(random, false) with { Scale = (left.Scale + right.Scale) * (0.5f + 0.5f * random.NextSingle()) };
            found += AffineSum.Find(left, right, output) is null ? 0 : 1;
        }
        Assert.IsGreaterThan(90, found);
        CodeParameters map = new(0.1f, 0, false);
        Assert.IsNull(AffineSum.Find(map with { Scale = 1e-31f }, map, map));
        Assert.IsNull(AffineSum.Find(map, map, map with { Scale = 1e-6f }), "quotients of 100,000 steps leave the integers of a float");
    }

    [TestMethod]
    public void Spans_too_short_are_refused()
    {
        CodeParameters map = new(0.1f, 0, false);
        foreach (Engine engine in EnginesUnderTest.All)
        {
            BoundSum sum = engine.BindSum(map, map, map);
            Assert.ThrowsExactly<QuantizationException>(() => sum.Run(new byte[5], new byte[4], new byte[5]));
            Assert.ThrowsExactly<QuantizationException>(() => sum.Run(new byte[5], new byte[5], new byte[4]));
        }
    }

    private static CodeParameters Map(Random random, bool isSigned) => new(0.002f + 0.05f * random.NextSingle(), random.Next(Codes) - (isSigned ? 128 : 0), isSigned);
}
