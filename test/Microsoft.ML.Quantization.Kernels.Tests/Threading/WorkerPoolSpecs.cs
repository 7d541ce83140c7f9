using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class WorkerPoolSpecs
{
    private readonly struct Count(int[] times, WorkerPool? inner = null) : IChunkedWork
    {
        public void Run(int chunk)
        {
            Interlocked.Increment(ref times[chunk]);
            inner?.Run(new Count(times), 0);
        }
    }

    private readonly struct Fail(int at) : IChunkedWork
    {
        public void Run(int chunk)
        {
            if (chunk == at) { throw new QuantizationException("chunk failed"); }
        }
    }

    private readonly struct Nested(WorkerPool pool, int[] times) : IChunkedWork
    {
        public void Run(int chunk) => pool.Run(new Count(times), times.Length);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(5)]
    public void Every_chunk_runs_exactly_once_however_often_it_is_used(int threads)
    {
        using var pool = new WorkerPool(threads);
        for (int repeat = 0; repeat < 2000; repeat++)
        {
            int[] times = new int[repeat % 7];
            pool.Run(new Count(times), times.Length);
            Assert.IsTrue(times.All(static count => count == 1), $"repeat {repeat}: {string.Join(' ', times)}");
        }
    }

    [TestMethod]
    public void Threads_that_fell_asleep_take_part_again()
    {
        using var pool = new WorkerPool(2);
        for (int repeat = 0; repeat < 3; repeat++)
        {
            Thread.Sleep(20);
            int[] times = new int[50];
            pool.Run(new Count(times), times.Length);
            Assert.IsTrue(times.All(static count => count == 1));
        }
    }

    [TestMethod]
    public void An_exception_reaches_the_caller_and_the_pool_works_on()
    {
        using var pool = new WorkerPool(3);
        for (int repeat = 0; repeat < 100; repeat++)
        {
            QuantizationException problem = Assert.ThrowsExactly<QuantizationException>(() => pool.Run(new Fail(repeat % 10), 10));
            Assert.AreEqual("chunk failed", problem.Message);
            int[] times = new int[10];
            pool.Run(new Count(times), times.Length);
            Assert.IsTrue(times.All(static count => count == 1));
        }
    }

    [TestMethod]
    public void A_chunk_may_call_back_into_its_own_pool()
    {
        using var pool = new WorkerPool(3);
        int[] times = new int[11];
        pool.Run(new Nested(pool, times), 4);
        Assert.IsTrue(times.All(static count => count == 4));
    }

    [TestMethod]
    public void Callers_may_share_a_pool()
    {
        using var pool = new WorkerPool(3);
        int[] times = new int[100];
        Parallel.For(0, 8, _ =>
        {
            for (int repeat = 0; repeat < 100; repeat++) { pool.Run(new Count(times), times.Length); }
        });
        Assert.IsTrue(times.All(static count => count == 800));
    }

    [TestMethod]
    public void After_Dispose_the_caller_does_the_work()
    {
        var pool = new WorkerPool(3);
        pool.Dispose();
        pool.Dispose();
        int[] times = new int[5];
        pool.Run(new Count(times), times.Length);
        Assert.IsTrue(times.All(static count => count == 1));
    }

    [TestMethod]
    public void Running_does_not_allocate()
    {
        using var pool = new WorkerPool(2);
        int[] times = new int[8];
        pool.Run(new Count(times), times.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int repeat = 0; repeat < 100; repeat++) { pool.Run(new Count(times), times.Length); }
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Threads_of_a_pool_that_nobody_disposed_end_when_it_is_collected()
    {
        Thread worker = Forgotten();
        bool ended = false;
        for (int attempt = 0; attempt < 100 && !ended; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            ended = worker.Join(100);
        }
        Assert.IsTrue(ended);
    }

    // A frame of its own, so that no register of the test holds on to the pool.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Thread Forgotten()
    {
        Thread? worker = null;
        var pool = new WorkerPool(2);
        while (worker is null)
        {
            var threads = new Thread?[2];
            pool.Run(new Meet(threads), 2);
            worker = threads.FirstOrDefault(static thread => thread != Thread.CurrentThread);
        }
        return worker;
    }

    // Remembers the thread of each chunk, and leaves the others time to take one.
    private readonly struct Meet(Thread?[] threads) : IChunkedWork
    {
        public void Run(int chunk)
        {
            threads[chunk] = Thread.CurrentThread;
            Thread.Sleep(5);
        }
    }

    [TestMethod]
    public void A_pool_without_threads_is_refused()
    {
        QuantizationException problem = Assert.ThrowsExactly<QuantizationException>(static () => new WorkerPool(0));
        StringAssert.Contains(problem.Message, "A worker pool of 0 threads; expected 1 to 1024");
    }
}
