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
    private Exception? _failure;

    private WorkBoard _board = new() { Next = Closed };
    private int _callersProcessor = -1;
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
        Volatile.Write(ref _board.Next, 0);
        Interlocked.Increment(ref _board.Generation);
        if (Volatile.Read(ref _board.Asleep) > 0)
        {
            _callersProcessor = Processors.Current;
            lock (_sleepers) { Monitor.PulseAll(_sleepers); }
        }
        TakeChunks();
        // Close first, then look who is inside; a worker enters first, then looks whether it is closed.
        Interlocked.Exchange(ref _board.Next, Closed);
        SpinWait wait = default;
        while (Volatile.Read(ref _board.Inside) != 0) { wait.SpinOnce(sleep1Threshold: -1); }
        if (_failure is not null) { ExceptionDispatchInfo.Throw(_failure); }
    }

    private void TakeChunks()
    {
        while (true)
        {
            int chunk = Interlocked.Increment(ref _board.Next) - 1;
            if (chunk >= _chunks) { return; }
            try
            {
                _run(_work, chunk);
            }
            catch (Exception problem)
            {
                Interlocked.CompareExchange(ref _failure, problem, null);
                Interlocked.Exchange(ref _board.Next, Closed);
            }
        }
    }

    private void Serve()
    {
        int seen = 0;
        while (WaitForWork(ref seen))
        {
            Interlocked.Increment(ref _board.Inside);
            TakeChunks();
            Interlocked.Decrement(ref _board.Inside);
        }
    }

    private bool WaitForWork(ref int seen)
    {
        for (int spin = 0; spin < SpinsBeforeSleep && Volatile.Read(ref _board.Generation) == seen && !Volatile.Read(ref _closed); spin++) { Thread.SpinWait(1); }
        if (Volatile.Read(ref _board.Generation) == seen)
        {
            lock (_sleepers)
            {
                Interlocked.Increment(ref _board.Asleep);
                while (Volatile.Read(ref _board.Generation) == seen && !Volatile.Read(ref _closed)) { Monitor.Wait(_sleepers); }
                Interlocked.Decrement(ref _board.Asleep);
            }
            // Systems, above all in virtual machines, wake a thread where its waker runs and take some milliseconds to move it; until then the two take turns.
            if (Processors.Current is var processor && processor >= 0 && processor == Volatile.Read(ref _callersProcessor)) { Processors.Leave(processor); }
        }
        seen = Volatile.Read(ref _board.Generation);
        return !Volatile.Read(ref _closed);
    }
}
