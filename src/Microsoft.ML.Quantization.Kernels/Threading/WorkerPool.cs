namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Threads that take chunks of one piece of work. The calling thread works too, and can do all chunks by itself: it never waits for a
/// worker that has not begun. Running does not allocate.
/// </summary>
/// <remarks>
/// One piece of work at a time: a second caller, or a chunk that calls back into its own pool, does its chunks alone. Threads look for work
/// for some microseconds after the last piece, then sleep. Those of a pool that is
/// never disposed end when it is collected.
/// </remarks>
public sealed class WorkerPool : IDisposable
{
    private readonly WorkerCrew _crew;

    /// <param name="threads">Threads in all, the caller's included; at least 1.</param>
    /// <exception cref="QuantizationException">Less than one thread.</exception>
    public WorkerPool(int threads)
    {
        if (threads is < 1 or > 1024) { throw new QuantizationException($"A worker pool of {threads} threads; expected 1 to 1024, the caller's own included."); }
        Threads = threads;
        _crew = new(threads - 1);
    }

    /// <summary>Ends the threads of a pool that was never disposed.</summary>
    ~WorkerPool() => _crew?.Close();

    /// <summary>Threads in all, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>Whether products share their work however little it is, so that tests of small shapes meet every way of sharing.</summary>
    internal bool SharesAll { get; init; }

    /// <summary>Runs chunks 0 … <paramref name="chunks"/> − 1 in any order and returns when all are done.</summary>
    /// <remarks>When a chunk throws, chunks that have not begun are left out and the first exception is thrown here.</remarks>
    public void Run<TWork>(TWork work, int chunks) where TWork : struct, IChunkedWork
    {
        _crew.Run(work, chunks);
        GC.KeepAlive(this);
    }

    /// <summary>Ends the threads. The pool can still be used; the caller then does all work.</summary>
    public void Dispose()
    {
        _crew.Join();
        GC.SuppressFinalize(this);
    }
}
