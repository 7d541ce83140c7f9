using FsCheck;
using FsCheck.Fluent;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Sampling;

namespace Microsoft.ML.Quantization.Tests.Observers;

/// <summary>Shards that are observed apart and merged in order agree with one observer that saw everything.</summary>
[TestClass]
public sealed class MergeProperties
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(150).WithReplay(2026UL, 11UL);

    [TestMethod]
    public void Smallest_and_largest_values_merge_exactly() => Check.One(s_config, Prop.ForAll(Streams(), stream =>
    {
        (IObserver whole, IObserver merged) = Run(stream, new() { Observer = "PerChannelMinMax", Scheme = QScheme.PerChannelAffine, ChannelAxis = 1 });
        return whole.Count == merged.Count && whole.CalculateQParams().Equals(merged.CalculateQParams());
    }));

    [TestMethod]
    public void Moving_averages_merge_to_a_millionth() => Check.One(s_config, Prop.ForAll(Streams(), stream =>
    {
        (IObserver whole, IObserver merged) = Run(stream, new() { Observer = "MovingAveragePerChannelMinMax", Scheme = QScheme.PerChannelAffine, ChannelAxis = 1 });
        (var a, var b) = ((MovingAverageMinMaxObserver)whole, (MovingAverageMinMaxObserver)merged);
        return a.Batches == b.Batches && Near(a.Minima, b.Minima, 1e-6) && Near(a.Maxima, b.Maxima, 1e-6);
    }));

    [TestMethod]
    public void Histograms_keep_count_and_range_and_propose_the_same_scale_within_a_hundredth() => Check.One(s_config, Prop.ForAll(Streams(), stream =>
    {
        (IObserver whole, IObserver merged) = Run(stream, new() { Observer = "Histogram" });
        (var a, var b) = ((HistogramObserver)whole, (HistogramObserver)merged);
        float expected = a.CalculateQParams().Scale, actual = b.CalculateQParams().Scale;
        return a.Count == b.Count && a.Minimum == b.Minimum && a.Maximum == b.Maximum
            && Math.Abs(b.Bins.ToArray().Sum() - b.Count) <= 1e-9 * b.Count
            && Math.Abs(expected - actual) <= 0.01 * expected;
    }));

    [TestMethod]
    [DataRow("Percentile", 0.01)]
    [DataRow("Mse", 0.02)]
    [DataRow("Octav", 0.01)]
    [DataRow("Entropy", 0.05)]
    public void Cuts_of_merged_histograms_are_those_of_one(string observer, double tolerance) => Check.One(s_config.WithMaxTest(40), Prop.ForAll(Streams(), stream =>
    {
        (IObserver whole, IObserver merged) = Run(stream, new() { Observer = observer });
        float expected = whole.CalculateQParams().Scale, actual = merged.CalculateQParams().Scale;
        return whole.Count == merged.Count && Math.Abs(expected - actual) <= tolerance * expected;
    }));

    [TestMethod]
    public void Eight_shards_merged_in_order_propose_the_scale_of_one_observer()
    {
        var spec = new ObserverSpec { Observer = "Histogram" };
        IObserver whole = spec.Create(), merged = spec.Create();
        float[][] batches = Fill(64, 5_000, 99, 1f);
        foreach (float[][] shard in batches.Chunk(8))
        {
            IObserver part = spec.Create();
            foreach (float[] batch in shard)
            {
                whole.Observe(batch, new Shape(batch.Length));
                part.Observe(batch, new Shape(batch.Length));
            }
            // Through a saved state, as shards on different machines are.
            IObserver loaded = spec.Create();
            loaded.Load(part.Save());
            merged.Merge(loaded);
        }
        Assert.AreEqual(whole.Count, merged.Count);
        Assert.AreEqual(whole.CalculateQParams().Scale, merged.CalculateQParams().Scale, 0.01f * whole.CalculateQParams().Scale);
    }

    [TestMethod]
    public void More_growth_than_the_log_keeps_loses_no_counts()
    {
        IObserver merged = new ObserverSpec { Observer = "Histogram" }.Create(), grown = merged.Spec.Create();
        for (int i = 1; i <= 200; i++) { grown.Observe([-i, 0.5f * i, i], new Shape(3)); }
        merged.Merge(grown);
        var a = (HistogramObserver)grown;
        var b = (HistogramObserver)merged;
        Assert.AreEqual(600, b.Count);
        Assert.AreEqual(600.0, b.Bins.ToArray().Sum(), 1e-6);
        Assert.AreEqual((a.Minimum, a.Maximum), (b.Minimum, b.Maximum));
        Assert.AreEqual(a.CalculateQParams().Scale, b.CalculateQParams().Scale, 0.01f * a.CalculateQParams().Scale);
    }

    [TestMethod]
    public void Merging_nothing_changes_nothing() => Check.One(s_config, Prop.ForAll(Streams(), Gen.Elements("MinMax", "MovingAverageMinMax", "Histogram", "Percentile", "Entropy", "Mse", "Octav").ToArbitrary(), (stream, name) =>
    {
        IObserver seen = new ObserverSpec { Observer = name }.Create(), empty = seen.Spec.Create();
        foreach (float[] batch in stream.Batches) { seen.Observe(batch, stream.Shape); }
        QuantizationParameters before = seen.CalculateQParams();
        seen.Merge(empty);
        empty.Merge(seen);
        return seen.CalculateQParams().Equals(before) && empty.CalculateQParams().Equals(before) && empty.Count == seen.Count;
    }));

    private sealed record Stream(Shape Shape, float[][] Batches, int Cut);

    // Bell-shaped batches whose width and centre wander, as activations do from batch to batch.
    private static Arbitrary<Stream> Streams() => Arb.From(
        from batches in Gen.Choose(2, 40)
        from cut in Gen.Choose(0, batches)
        from seed in Gen.Choose(0, int.MaxValue)
        from exponent in Gen.Choose(-12, 12)
        select new Stream(new Shape(100, 3), Fill(batches, 300, (ulong)seed, MathF.ScaleB(1f, exponent)), cut));

    private static float[][] Fill(int batches, int length, ulong seed, float scale)
    {
        var random = new SplitMix64(seed);
        return [.. Enumerable.Range(0, batches).Select(_ =>
        {
            double centre = Uniform(ref random) - 0.5, width = 0.5 + Uniform(ref random);
            var values = new float[length];
            for (int i = 0; i < length; i++)
            {
                double bell = Uniform(ref random) + Uniform(ref random) + Uniform(ref random) + Uniform(ref random) - 2;
                values[i] = (float)(scale * (centre + width * bell));
            }
            return values;
        })];
    }

    private static double Uniform(ref SplitMix64 random) => (random.Next() >> 11) * (1.0 / (1UL << 53));

    private static (IObserver Whole, IObserver Merged) Run(Stream stream, ObserverSpec spec)
    {
        (IObserver whole, IObserver first, IObserver second) = (spec.Create(), spec.Create(), spec.Create());
        for (int i = 0; i < stream.Batches.Length; i++)
        {
            whole.Observe(stream.Batches[i], stream.Shape);
            (i < stream.Cut ? first : second).Observe(stream.Batches[i], stream.Shape);
        }
        first.Merge(second);
        return (whole, first);
    }

    private static bool Near(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (Math.Abs((double)expected[i] - actual[i]) > tolerance * Math.Abs(expected[i])) { return false; }
        }
        return expected.Length == actual.Length;
    }
}
