namespace Microsoft.ML.Quantization.Modules;

/// <summary>The value itself: what it drops, it drops in training. PyTorch's <c>torch.nn.Dropout</c>.</summary>
public sealed class Dropout : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.Dropout";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => value;
}
