namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>x · min(max(x + 3, 0), 6) / 6</c>, of floats. PyTorch's <c>torch.nn.Hardswish</c>.</summary>
public sealed class Hardswish : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.Hardswish";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("HardSwish", [x]), codes: null);
}
