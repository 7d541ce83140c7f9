using FsCheck;
using FsCheck.Fluent;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Tests.Numerics;

/// <summary>What holds for every scale, zero point and value.</summary>
[TestClass]
public sealed class QuantizerProperties
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(20_26UL, 7UL);

    [TestMethod]
    public void A_value_inside_comes_back_within_half_a_scale() => Check.One(s_config, Prop.ForAll(Maps(), Arb.From(Gen.Choose(-100_000, 100_000)), (map, part) =>
    {
        // Somewhere between the two ends of the representable interval.
        float low = Dequantizer.Real(map.Range.Minimum, map.Scale, map.ZeroPoint), high = Dequantizer.Real(map.Range.Maximum, map.Scale, map.ZeroPoint);
        float value = (float)(low + (part + 100_000) / 200_000.0 * ((double)high - low));
        float back = Dequantizer.Real(map.Code(value, Rounding.Divide), map.Scale, map.ZeroPoint);
        // Half a scale, and the float32 rounding of a quotient of at most 256 and of a product.
        return Math.Abs((double)back - value) <= map.Scale * (0.5 + 256 * 1.2e-7);
    }));

    [TestMethod]
    public void Codes_never_leave_the_range_and_never_fall_as_values_rise() => Check.One(s_config, Prop.ForAll(Maps(), Values(), Values(), (map, a, b) =>
    {
        foreach (Rounding rounding in Enum.GetValues<Rounding>())
        {
            int low = map.Code(Math.Min(a, b), rounding), high = map.Code(Math.Max(a, b), rounding);
            if (low > high || !map.Range.Contains(low) || !map.Range.Contains(high)) { return false; }
        }
        return true;
    }));

    [TestMethod]
    public void Every_code_comes_back_as_itself() => Check.One(s_config, Prop.ForAll(Maps(), map =>
    {
        for (int code = map.Range.Minimum; code <= map.Range.Maximum; code++)
        {
            float value = Dequantizer.Real(code, map.Scale, map.ZeroPoint);
            if (map.Code(value, Rounding.Divide) != code || map.Code(value, Rounding.Reciprocal) != code) { return false; }
        }
        return true;
    }));

    [TestMethod]
    public void The_two_roundings_are_never_more_than_one_code_apart() => Check.One(s_config, Prop.ForAll(Maps(), Values(), (map, value) =>
        Math.Abs(map.Code(value, Rounding.Divide) - map.Code(value, Rounding.Reciprocal)) <= 1));

    [TestMethod]
    public void Chosen_parameters_represent_zero_exactly_and_cover_the_range() => Check.One(s_config, Prop.ForAll(Values(), Values(), (a, b) =>
    {
        (float low, float high) = (Math.Min(a, b), Math.Max(a, b));
        foreach (QuantizedRange range in new[] { QuantizedRange.UInt8, QuantizedRange.Int8, new(0, 127), new(-64, 63) })
        {
            (float scale, int zeroPoint) = ParameterChooser.Affine(low, high, range);
            double slack = scale * 0.501;
            if (!range.Contains(zeroPoint) || Dequantizer.Real(zeroPoint, scale, zeroPoint) != 0f
                || Dequantizer.Real(range.Minimum, scale, zeroPoint) > Math.Min(low, 0) + slack
                || Dequantizer.Real(range.Maximum, scale, zeroPoint) < Math.Max(high, 0) - slack) { return false; }
        }
        return true;
    }));

    private sealed record Map(float Scale, int ZeroPoint, QuantizedRange Range)
    {
        public int Code(float value, Rounding rounding) => new CodeMap(Scale, ZeroPoint, Range, rounding).Code(value);
    }

    private static Arbitrary<Map> Maps() => Arb.From(
        from mantissa in Gen.Choose(1000, 2000)
        from exponent in Gen.Choose(-20, 10)
        from range in Gen.Elements(QuantizedRange.UInt8, QuantizedRange.Int8, new QuantizedRange(0, 127), new QuantizedRange(-127, 127))
        from zeroPoint in Gen.Choose(range.Minimum, range.Maximum)
        select new Map(MathF.ScaleB(mantissa / 1000f, exponent), zeroPoint, range));

    private static Arbitrary<float> Values() => Arb.From(
        from mantissa in Gen.Choose(-1_000_000, 1_000_000)
        from exponent in Gen.Choose(-40, 20)
        select MathF.ScaleB(mantissa, exponent));
}
