using Microsoft.ML.Quantization.Sampling;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Sampling;

[TestClass]
public sealed class ReservoirSamplerSpec
{
    [TestMethod]
    public void The_generator_gives_the_published_sequence()
    {
        // First outputs of the reference implementation (Vigna, splitmix64.c) for seed 1234567.
        var random = new SplitMix64(1234567);
        ulong[] expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        foreach (ulong value in expected) { Assert.AreEqual(value, random.Next()); }
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SplitMix64(1).Next(0));
    }

    [TestMethod]
    public void The_choice_depends_on_the_seed_only()
    {
        long[] rows = ReservoirSampler.Choose(5, 1000, 42);
        CollectionAssert.AreEqual(rows, ReservoirSampler.Choose(5, 1000, 42));
        CollectionAssert.AreNotEqual(rows, ReservoirSampler.Choose(5, 1000, 43));
        CollectionAssert.AreEqual(rows.Distinct().Order().ToArray(), rows);
        Assert.HasCount(5, rows);
    }

    [TestMethod]
    public void Fewer_rows_than_slots_are_all_kept() => CollectionAssert.AreEqual(new long[] { 0, 1, 2 }, ReservoirSampler.Choose(10, 3, 1));

    [TestMethod]
    public void Every_row_is_equally_likely()
    {
        // 20,000 draws of 5 out of 20: each row is expected 5,000 times with a standard deviation of 61; six of them is one chance in 5e8.
        var times = new int[20];
        for (ulong seed = 0; seed < 20_000; seed++)
        {
            foreach (long row in ReservoirSampler.Choose(5, 20, seed)) { times[row]++; }
        }
        foreach (int count in times) { Assert.IsTrue(Math.Abs(count - 5000) < 6 * 61, string.Join(' ', times)); }
    }

    [TestMethod]
    public void Slots_say_where_a_streaming_reader_stores_a_row()
    {
        var sampler = new ReservoirSampler(4, 7);
        var stored = new long[4];
        for (long row = 0; row < 500; row++)
        {
            if (sampler.Offer() is >= 0 and var slot) { stored[slot] = row; }
        }
        Array.Sort(stored);
        CollectionAssert.AreEqual(sampler.Rows(), stored);
        Refusal.Of(() => _ = new ReservoirSampler(0, 1), "0 rows", "1 or more");
    }
}
