using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>The nodes of weighted layers, for float weights and for those behind a DequantizeLinear.</summary>
internal static class LayerNodes
{
    /// <summary><c>x · Wᵀ + b</c>: Gemm for matrices, MatMul and Add for more axes.</summary>
    /// <param name="writer">Writes.</param>
    /// <param name="x">[…, in].</param>
    /// <param name="weight">Adds the weights, [out, in] or transposed, and returns their name.</param>
    /// <param name="bias">Adds the bias; null without one.</param>
    public static string Linear(NodeWriter writer, string x, Func<bool, string> weight, Func<string>? bias)
    {
        if (writer.Fact(x).Rank == 2)
        {
            return writer.Node("Gemm", bias is null ? [x, weight(false)] : [x, weight(false), bias()], NodeAttributes.Empty.With("transB", 1));
        }
        string product = writer.Node("MatMul", [x, weight(true)]);
        return bias is null ? product : writer.Node("Add", [product, bias()]);
    }

    /// <summary>A convolution, or a transposed one.</summary>
    public static string Conv(NodeWriter writer, string x, string weight, string? bias, IReadOnlyList<int> kernel, ConvolutionSettings settings, PaddingMode mode, bool transposed)
    {
        int rank = kernel.Count;
        if (writer.Fact(x).Rank != rank + 2) { throw new QuantizationException($"A convolution over {rank} axes was given {writer.Fact(x)}; expected [batch, channels] and {rank} axes behind."); }
        (ImmutableArray<int> before, ImmutableArray<int> after) = Spatial.Pads(kernel, settings);
        if (mode == PaddingMode.Reflect)
        {
            x = writer.Node("Pad", [x, writer.Settings("pads", [0, 0, .. before, 0, 0, .. after])], NodeAttributes.Empty.With("mode", "reflect"));
            (before, after) = (Spatial.Repeat(0, rank), Spatial.Repeat(0, rank));
        }
        NodeAttributes attributes = NodeAttributes.Empty
            .With("kernel_shape", Spatial.Longs(kernel))
            .With("strides", Spatial.Longs(Spatial.Expand(settings.Strides, rank, 1)))
            .With("dilations", Spatial.Longs(Spatial.Expand(settings.Dilations, rank, 1)))
            .With("pads", Spatial.Longs([.. before, .. after]))
            .With("group", settings.Groups);
        if (transposed) { attributes = attributes.With("output_padding", Spatial.Longs(Spatial.Expand(settings.OutputPadding, rank, 0))); }
        return writer.Node(transposed ? "ConvTranspose" : "Conv", bias is null ? [x, weight] : [x, weight, bias], attributes);
    }

    /// <summary>Scale and shift by channel: <c>x · w[c] + b[c]</c>, c on axis 1.</summary>
    public static string Affine(NodeWriter writer, string x, Tensor? weight, Tensor? bias)
    {
        int rank = writer.Fact(x).Rank;
        if (weight is not null) { x = writer.Node("Mul", [x, writer.Constant("weight", Spatial.OnChannels(weight, rank))]); }
        return bias is null ? x : writer.Node("Add", [x, writer.Constant("bias", Spatial.OnChannels(bias, rank))]);
    }
}
