using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The input repeated on each axis as often as <c>repeats</c> says. ONNX Tile, opset 9 to 28, any element type.</summary>
internal sealed class Tile : IOperator
{
    public OperatorSchema Schema { get; } = new("Tile", 9, 2, 2);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0);
        if (site.IsOpen(1)) { return [x.Opened()]; }
        ImmutableArray<long> repeats = site.Setting("repeats", 1)!.Value;
        if (repeats.Length != x.Rank || repeats.Any(count => count is < 0 or > int.MaxValue)) { throw site.Refuse($"its repeats are [{string.Join(", ", repeats)}]; expected {x.Rank} numbers from 0 on, one for each axis of {x}"); }
        ImmutableArray<Dimension> result = [.. x.Dimensions.Select((dimension, axis) => repeats[axis] == 1 ? dimension : Axes.Product([dimension, (int)repeats[axis]]))];
        Axes.Product(result);
        return [new(x.Type, result)];
    }

    public void Forward(StepCall call)
    {
        Shape from = call.InputShape(0), to = call.OutputShape(0);
        int[] strides = from.Strides(), index = new int[to.Rank];
        int size = call.InputType(0).SizeInBytes();
        ReadOnlySpan<byte> x = call.Input<byte>(0);
        Span<byte> y = call.Output<byte>(0);
        for (int target = 0; target < to.Length; target++)
        {
            int source = 0;
            for (int axis = 0; axis < index.Length; axis++) { source += index[axis] % from[axis] * strides[axis]; }
            x.Slice(source * size, size).CopyTo(y[(target * size)..]);
            for (int axis = index.Length - 1; axis >= 0 && ++index[axis] == to[axis]; axis--) { index[axis] = 0; }
        }
    }

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site);

    public Step BindInteger(IntegerSite site) => new ForwardStep(this, site.Node);
}
