namespace Microsoft.ML.Quantization.Modules;

/// <summary>The value itself. PyTorch's <c>torch.nn.Identity</c>.</summary>
public sealed class Identity : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.Identity";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => value;
}
