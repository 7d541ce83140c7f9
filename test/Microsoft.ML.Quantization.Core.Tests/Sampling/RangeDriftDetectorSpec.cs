using Microsoft.ML.Quantization.Sampling;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Sampling;

[TestClass]
public sealed class RangeDriftDetectorSpec
{
    [TestMethod]
    [DataRow(100)]
    [DataRow(5000)]
    public void Sorted_data_are_noticed_and_shuffled_data_are_not(int batches)
    {
        Assert.IsTrue(Feed(batches, i => i < batches / 5 ? 1f : 5f).HasDrift);
        Assert.IsFalse(Feed(batches, i => i % 5 == 0 ? 5f : 1f).HasDrift);
        Assert.IsFalse(Feed(batches, i => i < batches / 20 ? 1f : 5f).HasDrift, "the first tenth already sees the wide data");

        static RangeDriftDetector Feed(int batches, Func<int, float> width)
        {
            var detector = new RangeDriftDetector();
            for (int i = 0; i < batches; i++) { detector.Add(-width(i), width(i), 100); }
            return detector;
        }
    }

    [TestMethod]
    public void The_warning_names_both_ranges()
    {
        var detector = new RangeDriftDetector();
        for (int i = 0; i < 20; i++) { detector.Add(i < 2 ? 0.25f : -1.5f, i < 2 ? 0.5f : 2f, 200); }
        string warning = detector.Warning("conv1")!;
        StringAssert.Contains(warning, "'conv1' the range 0..0.5, all data -1.5..2");
        StringAssert.Contains(warning, "shuffle");
        Assert.IsNull(new RangeDriftDetector().Warning("conv1"));
    }

    [TestMethod]
    public void Small_samples_are_not_judged()
    {
        var few = new RangeDriftDetector();
        for (int i = 0; i < 9; i++) { few.Add(0f, i == 8 ? 100f : 1f, 1000); }
        Assert.IsFalse(few.HasDrift, "nine batches");
        var tiny = new RangeDriftDetector();
        for (int i = 0; i < 310; i++) { tiny.Add(0f, i > 200 ? 100f : 1f, 8); }
        Assert.IsFalse(tiny.HasDrift, "248 values in the first tenth");
        tiny = new RangeDriftDetector();
        for (int i = 0; i < 320; i++) { tiny.Add(0f, i > 200 ? 100f : 1f, 8); }
        Assert.IsTrue(tiny.HasDrift, "256 values");
    }

    [TestMethod]
    public void Shuffled_normal_data_give_no_false_alarm()
    {
        var random = new SplitMix64(5);
        for (int trial = 0; trial < 200; trial++)
        {
            var detector = new RangeDriftDetector();
            for (int i = 0; i < 2560; i++)
            {
                double radius = Math.Sqrt(-2 * Math.Log(1 - Uniform(ref random)));
                float value = (float)(radius * Math.Cos(2 * Math.PI * Uniform(ref random)));
                detector.Add(value, value, 1);
            }
            Assert.IsFalse(detector.HasDrift, $"trial {trial}");
        }

        static double Uniform(ref SplitMix64 random) => (random.Next() >> 11) * (1.0 / (1UL << 53));
    }

    [TestMethod]
    public void Empty_batches_are_ignored_and_impossible_ones_refused()
    {
        var detector = new RangeDriftDetector();
        detector.Add(float.NaN, float.NaN, 0);
        Refusal.Of(() => detector.Add(1f, 0f, 1), "from 1 to 0", "smallest <= largest");
        Refusal.Of(() => detector.Add(0f, float.PositiveInfinity, 1), "finite");
    }
}
