namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Sizes and window of an integer product.</summary>
/// <param name="Window">How the window moves; <see cref="ConvolutionWindow.None"/> for a matrix product.</param>
/// <param name="InputChannels">Channels of the input, all groups together.</param>
/// <param name="OutputChannels">Channels of the output, all groups together.</param>
/// <param name="Groups">Independent groups of channels.</param>
/// <param name="Transposed">Whether the window scatters; weights then hold the input channels first.</param>
internal sealed record ProductForm(ConvolutionWindow Window, int InputChannels, int OutputChannels, int Groups = 1, bool Transposed = false)
{
    /// <summary>Input channels of one group.</summary>
    public int Depth => InputChannels / Groups;

    /// <summary>Weights in the engines' order [output channels, taps, depth].</summary>
    public short[] Order(ReadOnlySpan<short> weights) => Transposed
        ? WeightOrder.FromScattering(weights, OutputChannels, Depth, Window.Taps, Groups)
        : WeightOrder.FromGathering(weights, OutputChannels, Depth, Window.Taps);
}
