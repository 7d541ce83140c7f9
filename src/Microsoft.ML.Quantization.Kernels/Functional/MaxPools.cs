namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>The largest code of each window; padding never wins. The result keeps scale and zero point.</summary>
/// <remarks>
/// x is [batch, channels, spatial…] or [channels, spatial…], 8-bit codes with one scale. Lists have one number for each spatial axis or one for
/// all; the stride is the kernel when left out. With <c>ceilMode</c> a last window may stick out of the padded input. All throw
/// <see cref="QuantizationException"/> when the settings do not fit.
/// </remarks>
public static class MaxPools
{
    /// <summary>Over the last axis (PyTorch <c>max_pool1d</c>).</summary>
    public static QuantizedTensor MaxPool1d(QuantizedTensor x, IReadOnlyList<int> kernel, IReadOnlyList<int>? stride = null, IReadOnlyList<int>? padding = null, IReadOnlyList<int>? dilation = null, bool ceilMode = false, Engine? engine = null) =>
        Run(1, x, kernel, stride, padding, dilation, ceilMode, engine);

    /// <summary>Over the last two axes (PyTorch <c>max_pool2d</c>).</summary>
    public static QuantizedTensor MaxPool2d(QuantizedTensor x, IReadOnlyList<int> kernel, IReadOnlyList<int>? stride = null, IReadOnlyList<int>? padding = null, IReadOnlyList<int>? dilation = null, bool ceilMode = false, Engine? engine = null) =>
        Run(2, x, kernel, stride, padding, dilation, ceilMode, engine);

    /// <summary>Over the last three axes (PyTorch <c>max_pool3d</c>).</summary>
    public static QuantizedTensor MaxPool3d(QuantizedTensor x, IReadOnlyList<int> kernel, IReadOnlyList<int>? stride = null, IReadOnlyList<int>? padding = null, IReadOnlyList<int>? dilation = null, bool ceilMode = false, Engine? engine = null) =>
        Run(3, x, kernel, stride, padding, dilation, ceilMode, engine);

    private static QuantizedTensor Run(int rank, QuantizedTensor x, IReadOnlyList<int> kernel, IReadOnlyList<int>? stride, IReadOnlyList<int>? padding, IReadOnlyList<int>? dilation, bool ceil, Engine? engine)
    {
        Engine chosen = engine ?? EngineList.Default;
        bool signed = x.Type == ElementType.QInt8;
        return PoolWindows.Run(x, PoolWindows.Window(rank, kernel, stride, padding, dilation), ceil, (tables, batch, channels, codes, y) => chosen.MaxPool(tables, batch, channels, codes, y, signed));
    }
}
