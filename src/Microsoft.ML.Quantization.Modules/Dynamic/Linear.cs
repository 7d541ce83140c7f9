using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Dynamic;

/// <summary>
/// A linear layer of floats whose input is quantized in each run, with a ReLU or not: <c>y = acc · (sx · sw) + b</c>. PyTorch's <c>torch.nn.quantized.dynamic.Linear</c> and
/// <c>torch.nn.intrinsic.quantized.dynamic.LinearReLU</c>; entries <c>weight</c> (qint8, or float32 of half precision) and <c>bias</c>.
/// </summary>
/// <remarks>Inputs take all 256 codes: unlike on PyTorch's x86 engines, sums cannot overflow here. A whole input has one range; the graph form for single rows is <c>ModelQuantizer.QuantizeDynamic</c>.</remarks>
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
        if (value.IsTraced) { throw DynamicModules.NoGraph(TypeName); }
        DynamicLinear product = FromState(() => Entries["weight"].Quantized is { } codes ? DynamicLinear.Pack(codes, Entry("bias")) : DynamicLinear.PackFloat16(Entry("weight")!, Entry("bias")));
        return product.Run(value.ToTensor(), _relu);
    }
}
