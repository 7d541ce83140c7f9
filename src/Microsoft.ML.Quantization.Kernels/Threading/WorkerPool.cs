namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Threads that take chunks of one piece of work. The calling thread works too, and can do all chunks by itself.</summary>
public sealed class WorkerPool : IDisposable
{
    /// <param name="threads">Threads in all, the caller's included; at least 1.</param>
    public WorkerPool(int threads) => Threads = threads;

    /// <summary>Threads in all, the caller's included.</summary>
    public int Threads { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
