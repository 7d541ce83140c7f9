using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>min(max(x + 3, 0), 6) / 6</c>; codes come out with scale 1/256, because the range is known. PyTorch's <c>torch.nn.Hardsigmoid</c>.</summary>
public sealed class Hardsigmoid : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.Hardsigmoid";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("HardSigmoid", [x], NodeAttributes.Empty.With("alpha", 1f / 6f).With("beta", 0.5f)), codes => Activations.Hardsigmoid(codes), FixedMaps.Unit);
}
