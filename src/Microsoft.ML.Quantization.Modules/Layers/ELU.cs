using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>x</c> above 0, <c>alpha · (exp(x) − 1)</c> below, of floats. PyTorch's <c>torch.nn.ELU</c>.</summary>
/// <param name="alpha">Factor below 0.</param>
public sealed class ELU(float alpha = 1f) : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.ELU";

    /// <summary>Factor below 0.</summary>
    public float Alpha { get; } = alpha;

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("Elu", [x], NodeAttributes.Empty.With("alpha", Alpha)), codes: null);
}
