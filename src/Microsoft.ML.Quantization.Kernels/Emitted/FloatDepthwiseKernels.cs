using System.Collections.Concurrent;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The emitted float depthwise kernels: each is emitted when it is first run, once for the process, and stays.</summary>
internal static class FloatDepthwiseKernels
{
    private static readonly ConcurrentDictionary<(int Taps, int Vectors), Lazy<nint>> s_kernels = new();

    /// <summary>The address of the kernel for a number of taps and registers of channels.</summary>
    public static nint Of(int taps, int vectors) => s_kernels.GetOrAdd((taps, vectors),
        static shape => new Lazy<nint>(() => EmittedFunction.Emit(code => FloatDepthwiseEmitter.Write(code, shape.Taps, shape.Vectors)))).Value;
}
