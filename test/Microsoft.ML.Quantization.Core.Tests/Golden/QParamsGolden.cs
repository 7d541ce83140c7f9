using System.Text.Json;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary><c>qparams_minmax.json</c>: zero points exactly, scales within 1 ulp.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class QParamsGolden
{
    private const int ScaleUlps = 1;

    [TestMethod]
    public void Scales_and_zero_points_equal_PyTorch() => GoldenFile.Open("qparams_minmax.json").Check(_ => null, Check);

    private static void Check(GoldenCase golden)
    {
        if (golden.Text("observer") is { } observer) { CheckUninitialised(golden, observer); }
        else if (golden.Inputs.TryGetProperty("min_max", out JsonElement pairs)) { CheckPairs(golden, pairs); }
        else { CheckChannels(golden); }
    }

    private static void CheckUninitialised(GoldenCase golden, string observer)
    {
        QScheme scheme = observer.Contains("PerChannel", StringComparison.Ordinal) ? QScheme.PerChannelAffine : QScheme.PerTensorAffine;
        QuantizationParameters actual = new ObserverSpec { Observer = observer, Scheme = scheme }.Create().CalculateQParams();
        CollectionAssert.AreEqual(golden.Answer("scale").Floats, actual.Scales.ToArray());
        CollectionAssert.AreEqual(golden.Answer("zero_point").Ints, actual.ZeroPoints.ToArray());
    }

    private static void CheckPairs(GoldenCase golden, JsonElement pairs)
    {
        ElementType type = GoldenTensor.QuantizedTypeOf(golden.Text("dtype")!);
        QScheme scheme = QSchemes.Parse(golden.Text("qscheme")!);
        QuantizedRange range = RangeSelector.Select(type, golden.Integer("quant_min"), golden.Integer("quant_max"), golden.Flag("reduce_range"));
        Assert.AreEqual(new QuantizedRange(golden.Integer("effective_quant_min")!.Value, golden.Integer("effective_quant_max")!.Value), range);
        float eps = (float)golden.Number("eps")!.Value;
        float[] scales = GoldenNumber.ReadFloats(golden.Expected.GetProperty("scale"));
        int[] zeroPoints = GoldenNumber.ReadInts(golden.Expected.GetProperty("zero_point"));
        int i = 0;
        foreach (JsonElement pair in pairs.EnumerateArray())
        {
            (float minimum, float maximum) = ((float)GoldenNumber.Read(pair[0]), (float)GoldenNumber.Read(pair[1]));
            // The formulas themselves: an infinite scale is an answer here, and only later refused.
            (float scale, int zeroPoint) = scheme.IsSymmetric()
                ? (ParameterChooser.SymmetricScale(minimum, maximum, range, eps), ParameterChooser.Middle(type, range, golden.Integer("quant_min") is not null))
                : ParameterChooser.Affine(minimum, maximum, range, eps);
            Ulp.AssertNear(scales[i], scale, ScaleUlps, $"scale of {minimum}..{maximum}");
            Assert.AreEqual(Expected(zeroPoints[i], scheme, minimum, scale, range), zeroPoint, $"zero point of {minimum}..{maximum}");
            i++;
        }
        Assert.HasCount(i, scales);
    }

    private static void CheckChannels(GoldenCase golden)
    {
        ElementType type = GoldenTensor.QuantizedTypeOf(golden.Text("dtype")!);
        QScheme scheme = QSchemes.Parse(golden.Text("qscheme")!);
        var range = new QuantizedRange(golden.Integer("effective_quant_min")!.Value, golden.Integer("effective_quant_max")!.Value);
        QuantizationParameters actual = ParameterChooser.PerChannel(
            golden.Input("min").Floats, golden.Input("max").Floats, 0, scheme, type, range);
        Ulp.AssertNear(golden.Answer("scale").Floats, [.. actual.Scales], ScaleUlps, "scale");
        if (actual.HasFloatZeroPoints) { CollectionAssert.AreEqual(golden.Answer("zero_point").Floats, actual.FloatZeroPoints.ToArray()); }
        else
        {
            float[] minima = golden.Input("min").Floats;
            int[] expected = [.. golden.Answer("zero_point").Ints.Select((zeroPoint, c) => Expected(zeroPoint, scheme, minima[c], actual.Scales[c], range))];
            CollectionAssert.AreEqual(expected, actual.ZeroPoints.ToArray());
        }
    }

    // PyTorch narrows round(min / scale) to 32 bits. For 32-bit codes the quotient may not fit, which C++ leaves undefined; ours takes it as it is.
    private static int Expected(int recorded, QScheme scheme, float minimum, float scale, QuantizedRange range) =>
        !scheme.IsSymmetric() && Math.Min(minimum, 0f) / scale < int.MinValue
            ? (int)Math.Min(range.Maximum, range.Minimum - Math.Round((double)(minimum / scale), MidpointRounding.ToEven))
            : recorded;
}
