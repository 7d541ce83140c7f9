using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Quantized;

/// <summary>
/// A linear layer from codes to codes, with a ReLU or not. PyTorch's <c>torch.nn.quantized.Linear</c> and <c>torch.nn.intrinsic.quantized.LinearReLU</c>; entries <c>weight</c> (qint8 [out, in]),
/// <c>bias</c> (float32), <c>scale</c>, <c>zero_point</c>.
/// </summary>
public sealed class Linear : QuantizedModule
{
    private readonly bool _relu;

    /// <param name="weight">qint8 [out, in].</param>
    /// <param name="bias">float32 [out], or null.</param>
    /// <param name="output">Map of the result.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    public Linear(QuantizedTensor weight, Tensor? bias, OutputMap output, bool relu = false) : base(relu ? "nn.intrinsic.quantized.LinearReLU" : "nn.quantized.Linear", output)
    {
        _relu = relu;
        RegisterBuffer("weight", weight);
        RegisterBuffer("bias", bias);
    }

    /// <summary>qint8 [out, in].</summary>
    public QuantizedTensor Weight => Packed("weight");

    /// <summary>float32 [out], or null.</summary>
    public Tensor? Bias => Entry("bias");

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Run(value,
        x => _relu ? LinearProducts.LinearRelu(x, Weight, Bias, Output.Scale, Output.ZeroPoint) : LinearProducts.Linear(x, Weight, Bias, Output.Scale, Output.ZeroPoint),
        (trace, x) =>
        {
            string y = LayerNodes.Linear(new(trace), x.Name, transposed => QuantizedWeights.Matrix(trace, Weight, transposed), Bias is { } bias ? () => QuantizedWeights.Bias(trace, x, Weight, bias) : null);
            return _relu ? trace.Node("Relu", [y]) : y;
        });
}
