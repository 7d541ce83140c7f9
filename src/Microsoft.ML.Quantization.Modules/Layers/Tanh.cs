using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>tanh(x)</c>; codes come out with scale 2/256, because the range is known. PyTorch's <c>torch.nn.Tanh</c>.</summary>
public sealed class Tanh : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.Tanh";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("Tanh", [x]), codes => Activations.Tanh(codes), FixedMaps.Symmetric);
}
