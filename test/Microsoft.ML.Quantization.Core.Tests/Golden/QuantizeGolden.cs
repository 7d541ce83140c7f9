using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary><c>quantize.json</c>: every code and every real exactly as PyTorch's.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class QuantizeGolden
{
    [TestMethod]
    public void Codes_and_reals_equal_PyTorch() => GoldenFile.Open("quantize.json").Check(Exclusion, Check);

    // What PyTorch does to NaN, infinities and overflow depends on the processor; ours is defined and tested in QuantizerSpec.
    private static string? Exclusion(GoldenCase golden) =>
        golden.Name.EndsWith("_special", StringComparison.Ordinal) || golden.Name.StartsWith("overflow_informative", StringComparison.Ordinal)
            ? "NaN, infinities and overflow are platform dependent in the source"
            : null;

    private static void Check(GoldenCase golden)
    {
        if (golden.Number("bit_width") is { } bits) { CheckOptimizedRange(golden, (int)bits); }
        else if (golden.Expected.TryGetProperty("half", out _)) { CheckHalf(golden); }
        else if (golden.Inputs.TryGetProperty("int_repr", out _)) { CheckDequantize(golden.Answer("q"), golden.Answer("dequantized")); }
        else if (golden.TryAttribute("reduce_range", out _)) { CheckDynamic(golden); }
        else
        {
            CheckQuantize(golden.Input("x"), golden.Answer("q"));
            CheckDequantize(golden.Answer("q"), golden.Answer("dequantized"));
        }
    }

    private static void CheckQuantize(GoldenTensor x, GoldenTensor q)
    {
        ElementType type = QuantizedType(q);
        var codes = new int[x.Shape.Length];
        if (!q.IsPerChannel)
        {
            Quantizer.Quantize<int>(x.Floats, codes, (float)q.Scale, q.ZeroPoint, QuantizationParameters.RangeOf(type), Rounding.Reciprocal);
        }
        else
        {
            Quantizer.Quantize<int>(x.Floats, x.Shape, codes, Parameters(q, type), Rounding.Reciprocal);
        }
        CollectionAssert.AreEqual(q.Ints, codes);
    }

    private static void CheckDequantize(GoldenTensor q, GoldenTensor dequantized)
    {
        var values = new float[q.Shape.Length];
        if (!q.IsPerChannel) { Dequantizer.Dequantize<int>(q.Ints, values, (float)q.Scale, q.ZeroPoint); }
        else if (q.ZeroPointsAreReal) { Dequantizer.Dequantize<int>(q.Ints, q.Shape, values, Parameters(q, QuantizedType(q))); }
        else { Dequantizer.Dequantize<int>(q.Ints, q.Shape, values, q.Axis, q.Scales, Array.ConvertAll(q.ZeroPoints, z => (int)z)); }
        CollectionAssert.AreEqual(dequantized.Floats, values);
    }

    private static void CheckDynamic(GoldenCase golden)
    {
        GoldenTensor x = golden.Input("x");
        bool reduce = golden.Flag("reduce_range");
        (double scale, int zeroPoint) = DynamicParameters.Choose(x.Floats.Min(), x.Floats.Max(), DynamicParameters.Range(ElementType.QUInt8, reduce));
        Assert.AreEqual(GoldenNumber.Read(golden.Expected.GetProperty("scale")), scale);
        Assert.AreEqual(golden.Expected.GetProperty("zero_point").GetInt32(), zeroPoint);
        CheckQuantize(x, golden.Answer("u8"));
        CheckDequantize(golden.Answer("u8"), golden.Answer("u8_dequantized"));
        GoldenTensor signed = golden.Answer("i8");
        (scale, zeroPoint) = DynamicParameters.Choose(x.Floats.Min(), x.Floats.Max(), DynamicParameters.Range(ElementType.QInt8, reduce));
        Assert.AreEqual(signed.Scale, scale);
        Assert.AreEqual(signed.ZeroPoint, zeroPoint);
        CheckQuantize(x, signed);
    }

    private static void CheckOptimizedRange(GoldenCase golden, int bits)
    {
        (float minimum, float maximum) = OptimizedRange.Choose(golden.Input("x").Floats, bits, golden.Integer("n_bins")!.Value, golden.Number("ratio")!.Value);
        Assert.AreEqual((float)GoldenNumber.Read(golden.Expected.GetProperty("xmin")), minimum);
        Assert.AreEqual((float)GoldenNumber.Read(golden.Expected.GetProperty("xmax")), maximum);
    }

    private static void CheckHalf(GoldenCase golden)
    {
        float[] x = golden.Input("x").Floats;
        CollectionAssert.AreEqual(golden.Answer("y").Floats, Array.ConvertAll(x, HalfPrecision.Saturate));
        CollectionAssert.AreEqual(golden.Answer("half").Floats, Array.ConvertAll(x, v => (float)HalfPrecision.ToHalf(v)));
    }

    private static QuantizationParameters Parameters(GoldenTensor q, ElementType type)
    {
        float[] scales = Array.ConvertAll(q.Scales, s => (float)s);
        return q.ZeroPointsAreReal
            ? QuantizationParameters.WithFloatZeroPoints([.. scales], [.. q.ZeroPoints.Select(z => (float)z)], q.Axis, type)
            : new([.. scales], [.. q.ZeroPoints.Select(z => (int)z)], q.Axis, type);
    }

    private static ElementType QuantizedType(GoldenTensor q) => q.Type switch
    {
        ElementType.UInt8 => ElementType.QUInt8,
        ElementType.Int8 => ElementType.QInt8,
        _ => ElementType.QInt32,
    };
}
