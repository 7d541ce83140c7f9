using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>x</c> above 0, <c>slope · x</c> below; codes keep their parameters. PyTorch's <c>torch.nn.LeakyReLU</c>.</summary>
/// <param name="negativeSlope">Factor below 0.</param>
public sealed class LeakyReLU(float negativeSlope = 0.01f) : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.LeakyReLU";

    /// <summary>Factor below 0.</summary>
    public float NegativeSlope { get; } = negativeSlope;

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("LeakyRelu", [x], NodeAttributes.Empty.With("alpha", NegativeSlope)), codes => Activations.LeakyRelu(codes, NegativeSlope));
}
