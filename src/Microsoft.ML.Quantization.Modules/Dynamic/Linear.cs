using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Dynamic;

/// <summary>
/// A linear layer of floats whose input is quantized in each run, with a ReLU or not: <c>y = acc · (sx · sw) + b</c>. PyTorch's <c>torch.nn.quantized.dynamic.Linear</c> and
/// <c>torch.nn.intrinsic.quantized.dynamic.LinearReLU</c>; entries <c>weight</c> (qint8, or float32 of half precision) and <c>bias</c>.
/// </summary>
/// <remarks>Inputs take all 256 codes: unlike on PyTorch's x86 engines, sums cannot overflow here. A whole input has one range. As a graph it is ONNX's DynamicQuantizeLinear and MatMulInteger.</remarks>
public sealed class Linear : Module
{
    private readonly bool _relu;

    /// <summary>With 8-bit weights.</summary>
    /// <param name="weight">qint8 [out, in].</param>
    /// <param name="bias">float32 [out], or null.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    public Linear(QuantizedTensor weight, Tensor? bias, bool relu = false)
    {
        _relu = relu;
        RegisterBuffer("weight", weight);
        RegisterBuffer("bias", bias);
    }

    /// <summary>With weights of half precision.</summary>
    /// <param name="weight">float32 [out, in], rounded to half precision when it is packed.</param>
    /// <param name="bias">float32 [out], or null.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    public Linear(Tensor weight, Tensor? bias, bool relu = false)
    {
        _relu = relu;
        RegisterBuffer("weight", weight);
        RegisterBuffer("bias", bias);
    }

    /// <inheritdoc/>
    public override string TypeName => _relu ? "nn.intrinsic.quantized.dynamic.LinearReLU" : "nn.quantized.dynamic.Linear";

    /// <inheritdoc/>
    protected override Value Compute(Value value)
    {
        if (value.Traced is { } traced) { return new(new TracedValue(traced.Trace, Nodes(traced.Trace, traced.Name))); }
        DynamicLinear product = FromState(() => Entries["weight"].Quantized is { } codes ? DynamicLinear.Pack(codes, Entry("bias")) : DynamicLinear.PackFloat16(Entry("weight")!, Entry("bias")));
        return product.Run(value.ToTensor(), _relu);
    }

    // y = Add(Mul(Cast(MatMulInteger(x₈, W₈, zx)), Mul(sx, sw)), b), ONNX's dynamic form, which ModelQuantizer writes as well.
    private string Nodes(Trace trace, string x)
    {
        string product;
        if (Entries["weight"].Quantized is { } codes)
        {
            ImmutableArray<string> input = trace.Nodes("DynamicQuantizeLinear", [x], 3);
            Tensor transposed = TensorMoves.Permute(codes.Codes(), ImmutableArray.Create(1, 0));
            string sums = trace.Node("MatMulInteger", [input[0], trace.Constant("weight_quantized", transposed), input[2]]);
            ImmutableArray<float> scales = codes.Quantizer.Narrowed.Scales;
            string scale = trace.Node("Mul", [input[1], trace.Constant("weight_scale", Tensor.Create<float>(scales.AsSpan(), codes.Quantizer.Axis is null ? Shape.Scalar : new Shape(scales.Length)))]);
            product = trace.Node("Mul", [trace.Node("Cast", [sums], NodeAttributes.Empty.With("to", 1L)), scale]);
        }
        else
        {
            Tensor rounded = TensorMoves.Permute(Entry("weight")!.SaturateToFloat16().ToFloat32(), ImmutableArray.Create(1, 0));
            product = trace.Node("MatMul", [x, trace.Constant("weight_transposed", rounded)]);
        }
        if (Entry("bias") is { } bias) { product = trace.Node("Add", [product, trace.Constant("bias", bias)]); }
        return _relu ? trace.Node("Relu", [product]) : product;
    }
}
