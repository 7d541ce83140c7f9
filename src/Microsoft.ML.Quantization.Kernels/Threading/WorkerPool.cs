using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Threads that take chunks of one piece of work. The calling thread works too, and can do all chunks by itself: it never waits for a
/// worker that has not begun. Running does not allocate.
/// </summary>
/// <remarks>
/// One piece of work at a time: a second caller, or a chunk that calls back into its own pool, does its chunks alone. Threads look for work
/// for some microseconds after the last piece, then sleep.
/// </remarks>
public sealed unsafe class WorkerPool : IDisposable
{
    /// <summary>A chunk number no work reaches: the pool is closed.</summary>
    private const int Closed = 1 << 30;

    private const int SpinsBeforeSleep = 2000;

    private readonly Lock _callers = new();
    private readonly object _sleepers = new();
    private readonly Thread[] _threads;

    // One piece of work. Written while the pool is closed and no worker is inside.
    private delegate*<void*, int, void> _run;
    private void* _work;
    private int _chunks;
    private int _next = Closed;
    private int _inside;
    private Exception? _failure;

    private int _generation;
    private int _asleep;
    private bool _disposed;

    /// <param name="threads">Threads in all, the caller's included; at least 1.</param>
    /// <exception cref="QuantizationException">Less than one thread.</exception>
    public WorkerPool(int threads)
    {
        if (threads is < 1 or > 1024) { throw new QuantizationException($"A worker pool of {threads} threads; expected 1 to 1024, the caller's own included."); }
        Threads = threads;
        _threads = new Thread[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Serve) { IsBackground = true, Name = $"Quantization worker {i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads in all, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>Runs chunks 0 … <paramref name="chunks"/> − 1 in any order and returns when all are done.</summary>
    /// <remarks>When a chunk throws, chunks that have not begun are left out and the first exception is thrown here.</remarks>
    public void Run<TWork>(TWork work, int chunks) where TWork : struct, IChunkedWork
    {
        if (chunks <= 1 || _threads.Length == 0 || _disposed || _callers.IsHeldByCurrentThread || !_callers.TryEnter())
        {
            for (int chunk = 0; chunk < chunks; chunk++) { work.Run(chunk); }
            return;
        }
        try
        {
            // The copy of the work on this stack frame stays until no worker is inside.
            Share(&Invoke<TWork>, Unsafe.AsPointer(ref work), chunks);
        }
        finally
        {
            _callers.Exit();
        }
    }

    /// <summary>Ends the threads. The pool can still be used; the caller then does all work.</summary>
    public void Dispose()
    {
        lock (_callers)
        {
            _disposed = true;
            lock (_sleepers) { Monitor.PulseAll(_sleepers); }
        }
        foreach (Thread thread in _threads) { thread.Join(); }
    }

    private static void Invoke<TWork>(void* work, int chunk) where TWork : struct, IChunkedWork => Unsafe.AsRef<TWork>(work).Run(chunk);

    private void Share(delegate*<void*, int, void> run, void* work, int chunks)
    {
        _run = run;
        _work = work;
        (_chunks, _failure) = (chunks, null);
        Volatile.Write(ref _next, 0);
        Interlocked.Increment(ref _generation);
        if (Volatile.Read(ref _asleep) > 0)
        {
            lock (_sleepers) { Monitor.PulseAll(_sleepers); }
        }
        TakeChunks();
        // Close first, then look who is inside; a worker enters first, then looks whether it is closed.
        Interlocked.Exchange(ref _next, Closed);
        SpinWait wait = default;
        while (Volatile.Read(ref _inside) != 0) { wait.SpinOnce(sleep1Threshold: -1); }
        if (_failure is not null) { ExceptionDispatchInfo.Throw(_failure); }
    }

    private void TakeChunks()
    {
        while (true)
        {
            int chunk = Interlocked.Increment(ref _next) - 1;
            if (chunk >= _chunks) { return; }
            try
            {
                _run(_work, chunk);
            }
            catch (Exception problem)
            {
                Interlocked.CompareExchange(ref _failure, problem, null);
                Interlocked.Exchange(ref _next, Closed);
            }
        }
    }

    private void Serve()
    {
        int seen = 0;
        while (WaitForWork(ref seen))
        {
            Interlocked.Increment(ref _inside);
            TakeChunks();
            Interlocked.Decrement(ref _inside);
        }
    }

    private bool WaitForWork(ref int seen)
    {
        for (int spin = 0; spin < SpinsBeforeSleep && Volatile.Read(ref _generation) == seen && !Volatile.Read(ref _disposed); spin++) { Thread.SpinWait(1); }
        if (Volatile.Read(ref _generation) == seen)
        {
            lock (_sleepers)
            {
                Interlocked.Increment(ref _asleep);
                while (Volatile.Read(ref _generation) == seen && !Volatile.Read(ref _disposed)) { Monitor.Wait(_sleepers); }
                Interlocked.Decrement(ref _asleep);
            }
        }
        seen = Volatile.Read(ref _generation);
        return !Volatile.Read(ref _disposed);
    }
}
