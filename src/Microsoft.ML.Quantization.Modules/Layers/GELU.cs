using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>x · Φ(x)</c> with the normal distribution Φ; codes keep their parameters. PyTorch's <c>torch.nn.GELU</c>.</summary>
public sealed class GELU : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.GELU";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, static (writer, x) =>
    {
        // ONNX has the operator since 20; this is the form that PyTorch exports before.
        string share = writer.Node("Erf", [writer.Node("Div", [x, writer.Constant("sqrt2", Tensor.Scalar(1.41421356f))])]);
        string weighted = writer.Node("Mul", [x, writer.Node("Add", [share, writer.Constant("one", Tensor.Scalar(1f))])]);
        return writer.Node("Mul", [weighted, writer.Constant("half", Tensor.Scalar(0.5f))]);
    }, static codes => Activations.Gelu(codes));
}
