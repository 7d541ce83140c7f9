namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The emitted depthwise kernels of this process: each is emitted when it is first bound, and stays.</summary>
internal static class DepthwiseKernels
{
    private static readonly Lock s_emitting = new();
    private static readonly List<Kernel> s_kernels = []; // few, and asked for only when a model is bound

    /// <summary>The address of a kernel.</summary>
    public static nint Of(DepthwiseShape shape)
    {
        lock (s_emitting)
        {
            foreach (Kernel known in s_kernels)
            {
                if (known.Shape == shape) { return known.Address; }
            }
            Kernel kernel = new(shape, EmittedFunction.Emit(code => DepthwiseEmitter.Write(code, shape)));
            s_kernels.Add(kernel);
            return kernel.Address;
        }
    }

    private sealed class Kernel(DepthwiseShape shape, nint address)
    {
        public DepthwiseShape Shape => shape;

        public nint Address => address;
    }
}
