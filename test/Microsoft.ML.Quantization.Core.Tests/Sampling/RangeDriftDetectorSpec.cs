using Microsoft.ML.Quantization.Sampling;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Sampling;

[TestClass]
public sealed class RangeDriftDetectorSpec
{
    [TestMethod]
    [DataRow(160)]
    [DataRow(512)]
    [DataRow(50_000)]
    public void Data_that_grow_are_noticed_and_the_same_data_shuffled_are_not(int rows)
    {
        float[] growing = [.. Enumerable.Range(0, rows).Select(i => 0.2f + (float)i / rows)];
        Assert.IsTrue(Feed(growing).HasDrift);
        Assert.IsTrue(Feed([.. growing.Select(v => -v)]).HasDrift);
        Assert.IsTrue(Feed([.. growing.Select((v, i) => i % 2 == 0 ? v : -v)]).HasDrift, "wider around 0");
        Assert.IsFalse(Feed(Shuffled(growing, 1)).HasDrift);
        Assert.IsFalse(Feed([.. growing.Select((v, i) => i == rows / 20 ? 1.2f : v)]).HasDrift, "the first tenth already sees the whole range");
    }

    [TestMethod]
    public void A_narrow_first_tenth_of_the_same_magnitude_is_an_accident_and_another_magnitude_in_the_same_range_is_harmless()
    {
        // Rare large values, the first of them late: σ knows them.
        Assert.IsFalse(Feed([.. Enumerable.Range(0, 1000).Select(i => i >= 500 && i % 100 < 2 ? (i % 2 == 0 ? 50f : -50f) : 0.01f * (i % 7))]).HasDrift);
        Assert.IsFalse(Feed([.. Enumerable.Range(0, 1000).Select(i => i < 200 ? (i == 3 ? 10f : 1f) : 10f)]).HasDrift);
    }

    [TestMethod]
    public void Shuffled_data_give_no_false_alarm_however_heavy_their_tails()
    {
        var random = new SplitMix64(5);
        for (int trial = 0; trial < 300; trial++)
        {
            foreach (double power in new[] { 0.5, 1, 2, 4 })
            {
                // 1/uniform^power: from mild tails to ones where a single row is most of the sum.
                Assert.IsFalse(Feed([.. Enumerable.Range(0, 512).Select(_ => (float)Math.Pow(1 - Uniform(ref random), -power))]).HasDrift, $"trial {trial}, tail {power}");
            }
            Assert.IsFalse(Feed([.. Enumerable.Range(0, 512).Select(_ => Uniform(ref random) < 0.02 ? 1f : 0f)]).HasDrift, $"trial {trial}, rare ones");
            Assert.IsFalse(Feed([.. Enumerable.Range(0, 512).Select(_ => Normal(ref random))]).HasDrift, $"trial {trial}, bell");
        }
    }

    [TestMethod]
    public void The_warning_names_both_ranges_and_how_sure_it_is()
    {
        var detector = new RangeDriftDetector();
        for (int i = 0; i < 200; i++) { detector.Add(i < 40 ? 0.25f : -1.5f, i < 40 ? 0.5f : 2f, i < 40 ? 0.4 : 1 + 0.1 * (i % 2)); }
        string warning = detector.Warning("conv1")!;
        StringAssert.Contains(warning, "'conv1' the range 0..0.5, all data -1.5..2");
        StringAssert.Contains(warning, "9 standard errors");
        StringAssert.Contains(warning, "shuffle");
        Assert.IsNull(new RangeDriftDetector().Warning("conv1"));
    }

    [TestMethod]
    public void Fewer_than_sixteen_rows_in_the_first_tenth_are_not_judged()
    {
        Assert.IsFalse(Feed([.. Enumerable.Range(0, 159).Select(i => (float)i)]).HasDrift);
        Assert.IsTrue(Feed([.. Enumerable.Range(0, 160).Select(i => (float)i)]).HasDrift);
        Assert.IsFalse(Feed(new float[1000]).HasDrift, "constant");
        Assert.IsFalse(Feed([.. Enumerable.Repeat(1e30f, 1000)]).HasDrift, "constant");
    }

    [TestMethod]
    public void Impossible_rows_are_refused()
    {
        var detector = new RangeDriftDetector();
        Refusal.Of(() => detector.Add(1f, 0f, 0.5), "from 1 to 0", "smallest <= largest");
        Refusal.Of(() => detector.Add(0f, float.PositiveInfinity, 1), "finite");
        Refusal.Of(() => detector.Add(-1f, 0.5f, 2), "mean magnitude 2", "expected 0 to 1");
        Refusal.Of(() => detector.Add(-1f, 1f, -0.5), "mean magnitude -0.5");
        Refusal.Of(() => detector.Add(0f, 1f, double.NaN), "mean magnitude NaN");
    }

    private static RangeDriftDetector Feed(float[] rows)
    {
        var detector = new RangeDriftDetector();
        foreach (float row in rows) { detector.Add(row, row, Math.Abs(row)); }
        return detector;
    }

    private static float[] Shuffled(float[] values, ulong seed)
    {
        var random = new SplitMix64(seed);
        float[] shuffled = [.. values];
        for (int i = shuffled.Length - 1; i > 0; i--)
        {
            int other = (int)random.Next((ulong)i + 1);
            (shuffled[i], shuffled[other]) = (shuffled[other], shuffled[i]);
        }
        return shuffled;
    }

    private static double Uniform(ref SplitMix64 random) => (random.Next() >> 11) * (1.0 / (1UL << 53));

    private static float Normal(ref SplitMix64 random) => (float)(Math.Sqrt(-2 * Math.Log(1 - Uniform(ref random))) * Math.Cos(2 * Math.PI * Uniform(ref random)));
}
