using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Transposed convolution over one axis. PyTorch's <c>torch.nn.ConvTranspose1d</c>.</summary>
public sealed class ConvTranspose1d : ConvNd
{
    /// <summary>A layer with random parameters.</summary>
    /// <param name="inChannels">Channels of x.</param>
    /// <param name="outChannels">Channels of y.</param>
    /// <param name="kernelSize">Sizes of the window; one number serves every axis.</param>
    /// <param name="settings">Strides, padding, dilations and groups.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="seed">Settles the parameters.</param>
    /// <exception cref="QuantizationException">The settings do not fit.</exception>
    public ConvTranspose1d(int inChannels, int outChannels, IReadOnlyList<int> kernelSize, ConvolutionSettings? settings = null, bool bias = true, ulong seed = 0)
        : base("nn.ConvTranspose1d", 1, transposed: true, inChannels, outChannels, kernelSize, settings, bias, PaddingMode.Zeros, seed)
    {
    }

    /// <summary>A layer with given parameters.</summary>
    /// <exception cref="QuantizationException">Types or shapes do not fit.</exception>
    public ConvTranspose1d(Tensor weight, Tensor? bias, ConvolutionSettings? settings = null) : base("nn.ConvTranspose1d", 1, transposed: true, weight, bias, settings, PaddingMode.Zeros)
    {
    }
}

/// <summary>Transposed convolution over two axes. PyTorch's <c>torch.nn.ConvTranspose2d</c>.</summary>
public sealed class ConvTranspose2d : ConvNd
{
    /// <summary>A layer with random parameters.</summary>
    /// <param name="inChannels">Channels of x.</param>
    /// <param name="outChannels">Channels of y.</param>
    /// <param name="kernelSize">Sizes of the window; one number serves every axis.</param>
    /// <param name="settings">Strides, padding, dilations and groups.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="seed">Settles the parameters.</param>
    /// <exception cref="QuantizationException">The settings do not fit.</exception>
    public ConvTranspose2d(int inChannels, int outChannels, IReadOnlyList<int> kernelSize, ConvolutionSettings? settings = null, bool bias = true, ulong seed = 0)
        : base("nn.ConvTranspose2d", 2, transposed: true, inChannels, outChannels, kernelSize, settings, bias, PaddingMode.Zeros, seed)
    {
    }

    /// <summary>A layer with given parameters.</summary>
    /// <exception cref="QuantizationException">Types or shapes do not fit.</exception>
    public ConvTranspose2d(Tensor weight, Tensor? bias, ConvolutionSettings? settings = null) : base("nn.ConvTranspose2d", 2, transposed: true, weight, bias, settings, PaddingMode.Zeros)
    {
    }
}

/// <summary>Transposed convolution over three axes. PyTorch's <c>torch.nn.ConvTranspose3d</c>.</summary>
public sealed class ConvTranspose3d : ConvNd
{
    /// <summary>A layer with random parameters.</summary>
    /// <param name="inChannels">Channels of x.</param>
    /// <param name="outChannels">Channels of y.</param>
    /// <param name="kernelSize">Sizes of the window; one number serves every axis.</param>
    /// <param name="settings">Strides, padding, dilations and groups.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="seed">Settles the parameters.</param>
    /// <exception cref="QuantizationException">The settings do not fit.</exception>
    public ConvTranspose3d(int inChannels, int outChannels, IReadOnlyList<int> kernelSize, ConvolutionSettings? settings = null, bool bias = true, ulong seed = 0)
        : base("nn.ConvTranspose3d", 3, transposed: true, inChannels, outChannels, kernelSize, settings, bias, PaddingMode.Zeros, seed)
    {
    }

    /// <summary>A layer with given parameters.</summary>
    /// <exception cref="QuantizationException">Types or shapes do not fit.</exception>
    public ConvTranspose3d(Tensor weight, Tensor? bias, ConvolutionSettings? settings = null) : base("nn.ConvTranspose3d", 3, transposed: true, weight, bias, settings, PaddingMode.Zeros)
    {
    }
}
