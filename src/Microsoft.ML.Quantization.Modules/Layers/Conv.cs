using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Convolution over one axis. PyTorch's <c>torch.nn.Conv1d</c>.</summary>
public sealed class Conv1d : ConvNd
{
    /// <summary>A layer with random parameters.</summary>
    /// <param name="inChannels">Channels of x.</param>
    /// <param name="outChannels">Channels of y.</param>
    /// <param name="kernelSize">Sizes of the window; one number serves every axis.</param>
    /// <param name="settings">Strides, padding, dilations and groups.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="mode">What lies around the input.</param>
    /// <param name="seed">Settles the parameters.</param>
    /// <exception cref="QuantizationException">The settings do not fit.</exception>
    public Conv1d(int inChannels, int outChannels, IReadOnlyList<int> kernelSize, ConvolutionSettings? settings = null, bool bias = true, PaddingMode mode = PaddingMode.Zeros, ulong seed = 0)
        : base("nn.Conv1d", 1, transposed: false, inChannels, outChannels, kernelSize, settings, bias, mode, seed)
    {
    }

    /// <summary>A layer with given parameters.</summary>
    /// <exception cref="QuantizationException">Types or shapes do not fit.</exception>
    public Conv1d(Tensor weight, Tensor? bias, ConvolutionSettings? settings = null, PaddingMode mode = PaddingMode.Zeros) : base("nn.Conv1d", 1, transposed: false, weight, bias, settings, mode)
    {
    }
}

/// <summary>Convolution over two axes. PyTorch's <c>torch.nn.Conv2d</c>.</summary>
public sealed class Conv2d : ConvNd
{
    /// <summary>A layer with random parameters.</summary>
    /// <param name="inChannels">Channels of x.</param>
    /// <param name="outChannels">Channels of y.</param>
    /// <param name="kernelSize">Sizes of the window; one number serves every axis.</param>
    /// <param name="settings">Strides, padding, dilations and groups.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="mode">What lies around the input.</param>
    /// <param name="seed">Settles the parameters.</param>
    /// <exception cref="QuantizationException">The settings do not fit.</exception>
    public Conv2d(int inChannels, int outChannels, IReadOnlyList<int> kernelSize, ConvolutionSettings? settings = null, bool bias = true, PaddingMode mode = PaddingMode.Zeros, ulong seed = 0)
        : base("nn.Conv2d", 2, transposed: false, inChannels, outChannels, kernelSize, settings, bias, mode, seed)
    {
    }

    /// <summary>A layer with given parameters.</summary>
    /// <exception cref="QuantizationException">Types or shapes do not fit.</exception>
    public Conv2d(Tensor weight, Tensor? bias, ConvolutionSettings? settings = null, PaddingMode mode = PaddingMode.Zeros) : base("nn.Conv2d", 2, transposed: false, weight, bias, settings, mode)
    {
    }
}

/// <summary>Convolution over three axes. PyTorch's <c>torch.nn.Conv3d</c>.</summary>
public sealed class Conv3d : ConvNd
{
    /// <summary>A layer with random parameters.</summary>
    /// <param name="inChannels">Channels of x.</param>
    /// <param name="outChannels">Channels of y.</param>
    /// <param name="kernelSize">Sizes of the window; one number serves every axis.</param>
    /// <param name="settings">Strides, padding, dilations and groups.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="mode">What lies around the input.</param>
    /// <param name="seed">Settles the parameters.</param>
    /// <exception cref="QuantizationException">The settings do not fit.</exception>
    public Conv3d(int inChannels, int outChannels, IReadOnlyList<int> kernelSize, ConvolutionSettings? settings = null, bool bias = true, PaddingMode mode = PaddingMode.Zeros, ulong seed = 0)
        : base("nn.Conv3d", 3, transposed: false, inChannels, outChannels, kernelSize, settings, bias, mode, seed)
    {
    }

    /// <summary>A layer with given parameters.</summary>
    /// <exception cref="QuantizationException">Types or shapes do not fit.</exception>
    public Conv3d(Tensor weight, Tensor? bias, ConvolutionSettings? settings = null, PaddingMode mode = PaddingMode.Zeros) : base("nn.Conv3d", 3, transposed: false, weight, bias, settings, mode)
    {
    }
}
