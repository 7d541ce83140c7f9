using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>exp(x) / Σ exp(x)</c> along an axis; codes come out with scale 1/256, because the range is known. PyTorch's <c>torch.nn.Softmax</c>.</summary>
/// <param name="axis">The axis; negative ones count from the last.</param>
public sealed class Softmax(int axis = -1) : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.Softmax";

    /// <summary>The axis; negative ones count from the last.</summary>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("Softmax", [x], NodeAttributes.Empty.With("axis", Axis)), codes => ParametricActivations.Softmax(codes, Axis, FixedMaps.Unit.Scale, FixedMaps.For(FixedMaps.Unit, codes.Type).ZeroPoint), FixedMaps.Unit);
}
