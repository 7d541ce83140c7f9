using System.Collections.Concurrent;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The emitted depthwise kernels of this process: each is emitted when it is first bound, and stays.</summary>
internal static class DepthwiseKernels
{
    private static readonly ConcurrentDictionary<DepthwiseShape, Lazy<nint>> s_kernels = new();

    /// <summary>The address of a kernel.</summary>
    public static nint Of(DepthwiseShape shape) =>
        s_kernels.GetOrAdd(shape, static shape => new(() => EmittedFunction.Emit(code => DepthwiseEmitter.Write(code, shape)))).Value;
}
