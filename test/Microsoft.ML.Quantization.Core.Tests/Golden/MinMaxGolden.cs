using System.Text.Json;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>
/// <c>observers_minmax.json</c>: running ranges exactly, moving averages within 2 ulp, and after each batch the parameters. Where PyTorch goes on
/// with NaN or an infinite scale, ours refuses; those cases run too and expect the refusal.
/// </summary>
[TestClass]
[TestCategory("Golden")]
public sealed class MinMaxGolden
{
    [TestMethod]
    public void Ranges_and_parameters_equal_PyTorch() => GoldenFile.Open("observers_minmax.json").Check(_ => null, Check);

    private static void Check(GoldenCase golden)
    {
        var observer = (RangeObserver)GoldenObserver.Spec(golden).Create();
        int ulps = observer is MovingAverageMinMaxObserver ? 2 : 0;
        JsonElement[] batches = [.. golden.Inputs.GetProperty("batches").EnumerateArray()];
        JsonElement[] steps = [.. golden.Expected.GetProperty("steps").EnumerateArray()];
        Assert.HasCount(batches.Length, steps);
        for (int i = 0; i < batches.Length; i++)
        {
            GoldenTensor batch = GoldenCase.Tensor(batches[i]);
            if (batch.Floats.Any(float.IsNaN))
            {
                Assert.IsTrue(steps[i].TryGetProperty("qparams_error", out _), "PyTorch fails later");
                Assert.ThrowsExactly<QuantizationException>(() => observer.Observe(batch.Floats, batch.Shape));
                return;
            }
            observer.Observe(batch.Floats, batch.Shape);
            CheckStep(steps[i], observer, ulps, $"step {i}");
        }
    }

    private static void CheckStep(JsonElement step, RangeObserver observer, int ulps, string what)
    {
        Ulp.AssertNear(Statistic(step, "min_val", float.PositiveInfinity), observer.Minima, ulps, what + " min_val");
        Ulp.AssertNear(Statistic(step, "max_val", float.NegativeInfinity), observer.Maxima, ulps, what + " max_val");
        if (step.TryGetProperty("qparams_error", out _))
        {
            // The average of infinities is NaN.
            Assert.ThrowsExactly<QuantizationException>(() => observer.CalculateQParams());
            return;
        }
        float[] scales = GoldenCase.Tensor(step.GetProperty("scale")).Floats;
        if (Array.Exists(scales, float.IsInfinity))
        {
            Assert.ThrowsExactly<QuantizationException>(() => observer.CalculateQParams());
            return;
        }
        QuantizationParameters actual = observer.CalculateQParams();
        Ulp.AssertNear(scales, [.. actual.Scales], 1, what + " scale");
        GoldenTensor zeroPoints = GoldenCase.Tensor(step.GetProperty("zero_point"));
        if (actual.HasFloatZeroPoints) { CollectionAssert.AreEqual(zeroPoints.Floats, actual.FloatZeroPoints.ToArray(), what + " zero_point"); }
        else { CollectionAssert.AreEqual(zeroPoints.Ints, actual.ZeroPoints.ToArray(), what + " zero_point"); }
    }

    // Before the first value PyTorch's per-tensor observers hold one infinity; ours, as PyTorch's per-channel ones, hold nothing.
    private static float[] Statistic(JsonElement step, string name, float none) =>
        GoldenCase.Tensor(step.GetProperty(name)) is { Shape.Rank: 0 } whole && (float)whole.Single == none ? [] : GoldenCase.Tensor(step.GetProperty(name)).Floats;
}
