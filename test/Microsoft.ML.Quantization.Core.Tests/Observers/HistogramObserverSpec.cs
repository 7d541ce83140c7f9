using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Sampling;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Observers;

[TestClass]
public sealed class HistogramObserverSpec
{
    [TestMethod]
    public void Infinities_are_left_out_and_counted()
    {
        HistogramObserver with = Create(), without = Create();
        with.Observe([1f, float.PositiveInfinity, -2f, float.NegativeInfinity], new Shape(4));
        with.Observe([float.PositiveInfinity], new Shape(1));
        without.Observe([1f, -2f], new Shape(2));
        Assert.AreEqual(3, with.InfinitiesSeen);
        Assert.AreEqual(2, with.Count);
        Assert.AreEqual(without.CalculateQParams(), with.CalculateQParams());
        without.Merge(with);
        Assert.AreEqual(3, without.InfinitiesSeen);
    }

    [TestMethod]
    public void One_outlier_among_many_values_does_not_widen_every_step()
    {
        // Keeping the outlier at 10 costs 2²¹ · (10/255)² / 12 = 269 in squared error, clipping it at 1 costs (10 − 1)² = 81 and little else.
        HistogramObserver histogram = Create();
        var minMax = new MinMaxObserver(new() { Observer = "MinMax" });
        var random = new SplitMix64(1);
        var values = new float[1 << 21];
        for (int i = 0; i < values.Length; i++) { values[i] = (random.Next() >> 40) / (float)(1 << 24); }
        values[500] = 10f;
        histogram.Observe(values, new Shape(values.Length));
        minMax.Observe(values, new Shape(values.Length));
        Assert.IsLessThan(0.5f * minMax.CalculateQParams().Scale, histogram.CalculateQParams().Scale);
    }

    [TestMethod]
    public void Counts_stay_exact_beyond_the_integers_of_float32()
    {
        HistogramObserver observer = Create();
        var batch = new float[1 << 20];
        batch[0] = 1f;
        for (int i = 0; i < 20; i++) { observer.Observe(batch, new Shape(batch.Length)); }
        Assert.AreEqual(20.0 * (batch.Length - 1), observer.Bins[0]);
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.1f)]
    [DataRow(-3e7f)]
    [DataRow(1e-30f)]
    public void A_constant_keeps_its_count_when_a_range_follows(float constant)
    {
        HistogramObserver observer = Create();
        observer.Observe([constant, constant, constant], new Shape(3));
        Assert.AreEqual(3.0, observer.Bins.ToArray().Sum());
        Assert.IsGreaterThan(0f, observer.CalculateQParams().Scale);
        observer.Observe([constant - 100f, constant + 300f], new Shape(2));
        Assert.AreEqual(5.0, observer.Bins.ToArray().Sum());
        Assert.AreEqual(3.0, observer.Bins[observer.Bins.Length / 4], "the constant lies a quarter up the range");
    }

    [TestMethod]
    public void Ranges_wider_than_float32_are_refused_and_change_nothing()
    {
        HistogramObserver observer = Create();
        observer.Observe([-3e38f], new Shape(1));
        Refusal.Of(() => observer.Observe([3e38f], new Shape(1)), "-3E+38 to 3E+38", "width");
        Assert.AreEqual(1, observer.Count);
        Assert.AreEqual(-3e38f, observer.Maximum);
    }

    private static HistogramObserver Create() => new(new ObserverSpec { Observer = "Histogram", Type = ElementType.QUInt8, Scheme = QScheme.PerTensorAffine });
}
