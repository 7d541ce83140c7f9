using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>
/// A kernel as an ONNX file of codes in and codes out. Convolutions stand between two transpositions, which the peer cancels against the
/// layout it prefers: both sides read and write channels last.
/// </summary>
internal static class KernelGraph
{
    private const int Opset = 13;

    public static byte[] Build(KernelShape shape, KernelData data)
    {
        var builder = new GraphBuilder(shape.Name, Opset);
        string x = builder.AddInput("x", new(ElementType.UInt8, InputShape(shape)));
        if (shape.IsConvolution) { x = builder.Add("first", "Transpose", [x], NodeAttributes.Empty.With("perm", Longs(0, 3, 1, 2))); }
        x = builder.Add("real", "DequantizeLinear", [x, Scalar(builder, "xs", KernelData.InputScale), Code(builder, "xz", KernelData.InputZeroPoint)]);
        string w = builder.Add("weights", "DequantizeLinear", [
            builder.AddConstant("w", shape.IsConvolution ? ConvolutionWeights(shape, data) : ProductWeights(shape, data)),
            builder.AddConstant("ws", Tensor.Create<float>(data.WeightScales)),
            builder.AddConstant("wz", Tensor.Create<sbyte>(new sbyte[shape.Outputs])),
        ], NodeAttributes.Empty.With("axis", shape.IsConvolution ? 0L : 1L));
        string y = shape.IsConvolution ? Convolution(builder, shape, data, x, w) : builder.Add("product", "MatMul", [x, w]);
        y = builder.Add("codes", "QuantizeLinear", [y, Scalar(builder, "ys", KernelData.OutputScale), Code(builder, "yz", KernelData.OutputZeroPoint)]);
        if (shape.IsConvolution) { y = builder.Add("last", "Transpose", [y], NodeAttributes.Empty.With("perm", Longs(0, 2, 3, 1))); }
        builder.AddOutput(y);
        using var stream = new MemoryStream();
        OnnxExporter.Save(builder.Build(), stream);
        return stream.ToArray();
    }

    public static Shape InputShape(KernelShape shape) => shape.IsConvolution ? new([1, shape.Size, shape.Size, shape.Channels]) : new([shape.Rows, shape.Channels]);

    public static Shape OutputShape(KernelShape shape) => shape.IsConvolution ? new([1, shape.OutputSize, shape.OutputSize, shape.Outputs]) : new([shape.Rows, shape.Outputs]);

    private static string Convolution(GraphBuilder builder, KernelShape shape, KernelData data, string x, string w)
    {
        string bias = builder.Add("offset", "DequantizeLinear", [
            builder.AddConstant("b", Tensor.Create<int>(data.Bias)),
            builder.AddConstant("bs", Tensor.Create<float>([.. data.WeightScales.Select(static scale => scale * KernelData.InputScale)])),
            builder.AddConstant("bz", Tensor.Create<int>(new int[shape.Outputs])),
        ], NodeAttributes.Empty.With("axis", 0L));
        return builder.Add("convolution", "Conv", [x, w, bias], NodeAttributes.Empty
            .With("kernel_shape", Longs(shape.Kernel, shape.Kernel)).With("strides", Longs(shape.Stride, shape.Stride)).With("group", (long)shape.Groups)
            .With("pads", Longs(shape.Padding, shape.Padding, shape.Padding, shape.Padding)));
    }

    private static Tensor ProductWeights(KernelShape shape, KernelData data)
    {
        var tensor = new Tensor(ElementType.Int8, new Shape([shape.Channels, shape.Outputs]));
        Span<sbyte> to = tensor.AsSpan<sbyte>();
        for (int i = 0; i < to.Length; i++) { to[i] = data.Weights[i % shape.Outputs * shape.Channels + i / shape.Outputs]; }
        return tensor;
    }

    private static Tensor ConvolutionWeights(KernelShape shape, KernelData data)
    {
        int depth = shape.Channels / shape.Groups, taps = shape.Kernel * shape.Kernel;
        var tensor = new Tensor(ElementType.Int8, new Shape([shape.Outputs, depth, shape.Kernel, shape.Kernel]));
        Span<sbyte> to = tensor.AsSpan<sbyte>();
        for (int i = 0; i < to.Length; i++) { to[i] = data.Weights[(i / (depth * taps) * taps + i % taps) * depth + i / taps % depth]; }
        return tensor;
    }

    private static ImmutableArray<long> Longs(params ReadOnlySpan<int> values) => [.. values.ToArray().Select(static value => (long)value)];

    private static string Scalar(GraphBuilder builder, string name, float value) => builder.AddConstant(name, Tensor.Scalar(value));

    private static string Code(GraphBuilder builder, string name, int value) => builder.AddConstant(name, Tensor.Scalar((byte)value));
}
