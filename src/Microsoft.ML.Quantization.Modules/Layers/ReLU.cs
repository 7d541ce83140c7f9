using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>max(x, 0)</c>; codes keep their parameters. PyTorch's <c>torch.nn.ReLU</c>.</summary>
public sealed class ReLU : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.ReLU";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("Relu", [x]), codes => Activations.Relu(codes));
}
