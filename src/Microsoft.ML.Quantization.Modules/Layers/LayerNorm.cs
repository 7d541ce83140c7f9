using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Mean 0 and variance 1 over the last axes, then <c>· weight + bias</c>, of floats. PyTorch's <c>torch.nn.LayerNorm</c>.</summary>
public sealed class LayerNorm : Module
{
    /// <param name="normalizedShape">Sizes of the last axes.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Whether there are a scale and a shift.</param>
    public LayerNorm(IReadOnlyList<int> normalizedShape, double eps = 1e-5, bool affine = true)
    {
        (NormalizedShape, Eps) = (new([.. normalizedShape]), eps);
        RegisterParameter("weight", affine ? Initializer.Constant(1f, [.. normalizedShape]) : null);
        RegisterParameter("bias", affine ? Initializer.Constant(0f, [.. normalizedShape]) : null);
    }

    /// <inheritdoc/>
    public override string TypeName => "nn.LayerNorm";

    /// <summary>Sizes of the last axes.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) =>
    {
        string weight = writer.Constant("weight", Entry("weight") ?? Initializer.Constant(1f, [.. NormalizedShape.Sizes]));
        NodeAttributes attributes = NodeAttributes.Empty.With("axis", -NormalizedShape.Rank).With("epsilon", (float)Eps);
        return writer.Node("LayerNormalization", Entry("bias") is { } bias ? [x, weight, writer.Constant("bias", bias)] : [x, weight], attributes);
    }, codes: null);
}
