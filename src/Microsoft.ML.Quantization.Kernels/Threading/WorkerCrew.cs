using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The threads of a <see cref="WorkerPool"/> and the piece of work they share. The threads hold on to it, and not to the pool, so that a pool nobody holds can be collected.</summary>
internal sealed unsafe class WorkerCrew
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
    private bool _closed;

    /// <summary>Starts so many threads beside the caller's.</summary>
    public WorkerCrew(int helpers)
    {
        _threads = new Thread[helpers];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Serve) { IsBackground = true, Name = $"Quantization worker {i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>As <see cref="WorkerPool.Run"/>.</summary>
    public void Run<TWork>(TWork work, int chunks) where TWork : struct, IChunkedWork
    {
        if (chunks <= 1 || _threads.Length == 0 || _closed || _callers.IsHeldByCurrentThread || !_callers.TryEnter())
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

    /// <summary>Tells the threads to end, and does not wait.</summary>
    public void Close()
    {
        lock (_sleepers)
        {
            _closed = true;
            Monitor.PulseAll(_sleepers);
        }
    }

    /// <summary>Waits until no caller is inside and the threads have ended.</summary>
    public void Join()
    {
        lock (_callers) { Close(); }
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
        for (int spin = 0; spin < SpinsBeforeSleep && Volatile.Read(ref _generation) == seen && !Volatile.Read(ref _closed); spin++) { Thread.SpinWait(1); }
        if (Volatile.Read(ref _generation) == seen)
        {
            lock (_sleepers)
            {
                Interlocked.Increment(ref _asleep);
                while (Volatile.Read(ref _generation) == seen && !Volatile.Read(ref _closed)) { Monitor.Wait(_sleepers); }
                Interlocked.Decrement(ref _asleep);
            }
        }
        seen = Volatile.Read(ref _generation);
        return !Volatile.Read(ref _closed);
    }
}
