using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>min(max(x, minimum), maximum)</c>; codes keep their parameters. PyTorch's <c>torch.nn.Hardtanh</c>.</summary>
/// <param name="minimum">Lower end.</param>
/// <param name="maximum">Upper end.</param>
public sealed class Hardtanh(float minimum = -1f, float maximum = 1f) : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.Hardtanh";

    /// <summary>Lower end.</summary>
    public float Minimum { get; } = minimum;

    /// <summary>Upper end.</summary>
    public float Maximum { get; } = maximum;

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => Bounds.Clip(writer, x, Minimum, Maximum), codes => Activations.Hardtanh(codes, Minimum, Maximum));
}
