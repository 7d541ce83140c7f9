using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>A convolution over one to three axes, x [batch, in, …]; parameters <c>weight</c> [out, in / groups, kernel…] and <c>bias</c> [out]. Transposed: <c>weight</c> [in, out / groups, kernel…].</summary>
public abstract class ConvNd : Module
{
    private protected ConvNd(string name, int rank, bool transposed, int inChannels, int outChannels, IReadOnlyList<int> kernel, ConvolutionSettings? settings, bool bias, PaddingMode mode, ulong seed)
    {
        (TypeName, Transposed, Settings, PaddingMode, KernelSize) = (name, transposed, settings ?? new(), mode, Spatial.Expand(kernel, rank, null));
        int groups = Settings.Groups;
        if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0) { throw new QuantizationException($"{name} was given {inChannels} input and {outChannels} output channels in {groups} groups; expected groups that divide both."); }
        if (transposed && mode != PaddingMode.Zeros) { throw new QuantizationException($"{name} was given padding mode {mode}; expected {PaddingMode.Zeros}, the only one of transposed convolutions."); }
        int taps = KernelSize.Aggregate(1, (product, size) => product * size), inputs = (transposed ? outChannels : inChannels) / groups * taps;
        RegisterParameter("weight", Initializer.Uniform(new Shape([transposed ? inChannels : outChannels, (transposed ? outChannels : inChannels) / groups, .. KernelSize]), inputs, seed));
        RegisterParameter("bias", bias ? Initializer.Uniform(new Shape(outChannels), inputs, seed) : null);
    }

    private protected ConvNd(string name, int rank, bool transposed, Tensor weight, Tensor? bias, ConvolutionSettings? settings, PaddingMode mode)
    {
        Parameters.Require(weight, name, "weight", rank + 2);
        (TypeName, Transposed, Settings, PaddingMode, KernelSize) = (name, transposed, settings ?? new(), mode, weight.Shape.Sizes.Slice(2, rank));
        Parameters.RequireLength(bias, name, "bias", transposed ? weight.Shape[1] * Settings.Groups : weight.Shape[0]);
        RegisterParameter("weight", weight);
        RegisterParameter("bias", bias);
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    /// <summary>Whether it is a transposed convolution.</summary>
    public bool Transposed { get; }

    /// <summary>Sizes of the window.</summary>
    public IReadOnlyList<int> KernelSize { get; }

    /// <summary>Strides, padding, dilations and groups.</summary>
    public ConvolutionSettings Settings { get; }

    /// <summary>What lies around the input.</summary>
    public PaddingMode PaddingMode { get; }

    /// <summary>float32 [out, in / groups, kernel…]; transposed [in, out / groups, kernel…].</summary>
    public Tensor Weight => Entry("weight")!;

    /// <summary>float32 [out], or null.</summary>
    public Tensor? Bias => Entry("bias");

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) =>
        LayerNodes.Conv(writer, x, writer.Constant("weight", Weight), Bias is { } bias ? writer.Constant("bias", bias) : null, KernelSize, Settings, PaddingMode, Transposed), codes: null);
}
