using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>What an engine must know about a convolution or matrix product besides its numbers.</summary>
/// <param name="Window">How the window moves.</param>
/// <param name="InputChannels">Channels of the input, all groups together.</param>
/// <param name="OutputChannels">Channels of the output, all groups together.</param>
/// <param name="ChannelAxis">The output-channel axis of the weights as the node has them.</param>
/// <param name="Groups">Independent groups of channels.</param>
/// <param name="Transposed">Whether the window scatters.</param>
/// <param name="InputFirst">Whether the weights hold the input channels outside the output channels: ConvTranspose, and matrices [K, N].</param>
internal sealed record ConvolutionForm(ConvolutionWindow Window, int InputChannels, int OutputChannels, int ChannelAxis, int Groups = 1, bool Transposed = false, bool InputFirst = false)
{
    /// <summary>Input channels of one group.</summary>
    public int Depth => InputChannels / Groups;

    /// <summary>The weights in the engine's order.</summary>
    public T[] Order<T>(ReadOnlySpan<T> weights) where T : unmanaged => InputFirst
        ? WeightOrder.FromScattering(weights, OutputChannels, Depth, Window.Taps, Groups)
        : WeightOrder.FromGathering(weights, OutputChannels, Depth, Window.Taps);

    /// <summary>Packs float weights (in the node's order) and a bias.</summary>
    public BoundConvolution Bind(Engine engine, ReadOnlySpan<float> weights, ReadOnlyMemory<float> bias, (float Minimum, float Maximum) activation, bool addsResidual = false) =>
        engine.Bind(new FloatConvolutionSpec
        {
            Window = Window,
            Transposed = Transposed,
            Groups = Groups,
            InputChannels = InputChannels,
            OutputChannels = OutputChannels,
            Weights = Order(weights),
            Bias = bias,
            Minimum = activation.Minimum,
            Maximum = activation.Maximum,
            AddsResidual = addsResidual,
        });
}
