using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Slices of input 0 along <c>axis</c>, chosen by the int64 or int32 indices of input 1 (from the end when negative): a table look-up.
/// ONNX Gather, opset 9 to 28, any element type.
/// </summary>
internal sealed class Gather : IOperator
{
    public OperatorSchema Schema { get; } = new("Gather", 9, 2, 2);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 1, int.MaxValue), indices = site.Input(1, ElementType.Int64, ElementType.Int32);
        int axis = site.Axis(site.Attributes.Int("axis", 0), x.Rank);
        return [x with { Dimensions = [.. x.Dimensions.Take(axis), .. indices.Dimensions, .. x.Dimensions.Skip(axis + 1)] }];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int axis = Axes.FromFront(call.Attributes.Int("axis", 0), shape.Rank), size = shape[axis], count = call.InputShape(1).Length;
        int block = shape.Count(axis + 1, shape.Rank) * call.InputType(0).SizeInBytes();
        bool wide = call.InputType(1) == ElementType.Int64;
        ReadOnlySpan<byte> x = call.Input<byte>(0);
        Span<byte> y = call.Output<byte>(0);
        for (int outer = 0; outer < shape.Count(0, axis); outer++)
        {
            for (int i = 0; i < count; i++)
            {
                long index = wide ? call.Input<long>(1)[i] : call.Input<int>(1)[i];
                if (index < -size || index >= size) { throw new QuantizationException($"{call.Node}: index {index} is outside {-size}..{size - 1}. Check the ids given to the model."); }
                int source = outer * size + Axes.FromFront(index, size);
                x.Slice(source * block, block).CopyTo(y[((outer * count + i) * block)..]);
            }
        }
    }

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site);

    public Step BindInteger(IntegerSite site) => new ForwardStep(this, site.Node);
}
