using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>min(max(x, 0), 6)</c>; codes keep their parameters. PyTorch's <c>torch.nn.ReLU6</c>.</summary>
public sealed class ReLU6 : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.ReLU6";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => Bounds.Clip(writer, x, 0f, 6f), codes => Activations.Relu6(codes));
}
