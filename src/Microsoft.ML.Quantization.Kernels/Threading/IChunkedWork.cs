namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Work in independent chunks. Any thread may run any chunk, so a chunk writes what no other chunk touches.</summary>
public interface IChunkedWork
{
    /// <summary>Does one chunk.</summary>
    void Run(int chunk);
}
