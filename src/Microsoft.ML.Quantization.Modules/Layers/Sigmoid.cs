using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>1 / (1 + exp(−x))</c>; codes come out with scale 1/256, because the range is known. PyTorch's <c>torch.nn.Sigmoid</c>.</summary>
public sealed class Sigmoid : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.Sigmoid";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("Sigmoid", [x]), codes => Activations.Sigmoid(codes), FixedMaps.Unit);
}
