namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The emitted float depthwise kernels: each is emitted when it is first run, once for the process, and stays.</summary>
internal static class FloatDepthwiseKernels
{
    private static readonly EmittedTable s_kernels = new((FloatDepthwiseEmitter.MostTaps + 1) * (FloatDepthwiseEmitter.MostVectors + 1), static (code, number) =>
        FloatDepthwiseEmitter.Write(code, number / (FloatDepthwiseEmitter.MostVectors + 1), number % (FloatDepthwiseEmitter.MostVectors + 1)));

    /// <summary>The address of the kernel for a number of taps and registers of channels.</summary>
    public static nint Of(int taps, int vectors) => s_kernels[taps * (FloatDepthwiseEmitter.MostVectors + 1) + vectors];
}
