namespace Microsoft.ML.Quantization.Graphs.Tests;

[TestClass]
public sealed class BufferPlanSpec
{
    [TestMethod]
    public void Buffers_alive_at_the_same_time_do_not_overlap()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var plan = new BufferPlan();
            var placed = new List<(long Start, long End, int First, int Last)>();
            for (int call = 0; call < 40; call++)
            {
                long bytes = random.Next(0, 5000);
                int last = call + random.Next(0, 6);
                long offset = plan.Place(bytes, call, last);
                Assert.AreEqual(0, offset % 64, "aligned to a cache line");
                foreach ((long start, long end, int first, int lastUse) in placed)
                {
                    Assert.IsTrue(lastUse < call || end <= offset || offset + bytes <= start, $"seed {seed}, call {call}");
                }
                placed.Add((offset, offset + bytes, call, last));
                Assert.IsTrue(offset + bytes <= plan.Size);
            }
        }
    }

    [TestMethod]
    public void Memory_of_a_dead_buffer_is_used_again()
    {
        var plan = new BufferPlan();
        Assert.AreEqual(0, plan.Place(1000, 0, 1));
        Assert.AreNotEqual(0, plan.Place(1000, 1, 2));
        Assert.AreEqual(0, plan.Place(1000, 2, 3));
    }

    [TestMethod]
    public void More_than_two_gigabytes_are_refused()
    {
        var plan = new BufferPlan();
        plan.Place(3L << 30, 0, 0);
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => plan.Allocate()).Message, "Use a smaller batch");
    }
}
