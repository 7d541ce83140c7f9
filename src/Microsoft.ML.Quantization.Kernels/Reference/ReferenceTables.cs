namespace Microsoft.ML.Quantization.Kernels;

/// <summary>[output pixels, taps] input pixels, see <see cref="WindowSources"/>.</summary>
internal sealed class ReferenceTables(ConvolutionWindow window, bool transposed, ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize) : ConvolutionTables
{
    public int[] Sources { get; } = WindowSources.Build(window, transposed, inputSize, outputSize);

    public int Taps { get; } = window.Taps;

    public int InputPixels { get; } = (int)WindowSources.Count(inputSize);

    public int OutputPixels { get; } = (int)WindowSources.Count(outputSize);
}
