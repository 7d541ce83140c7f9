namespace Microsoft.ML.Quantization.Modules;

/// <summary>Axes joined to one. PyTorch's <c>torch.nn.Flatten</c>.</summary>
/// <param name="start">The first axis.</param>
/// <param name="end">The last one; negative ones count from the end.</param>
public sealed class Flatten(int start = 1, int end = -1) : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.Flatten";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => value.Flatten(start, end);
}
