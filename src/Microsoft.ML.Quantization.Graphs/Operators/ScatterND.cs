using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// A copy of x with slices replaced (or added, multiplied, … by <c>reduction</c>) at the places whose first indices stand in the last axis
/// of the indices. ONNX ScatterND, opset 11 to 28.
/// </summary>
internal sealed class ScatterND : IOperator
{
    public OperatorSchema Schema { get; } = new("ScatterND", 11, 3, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 1, int.MaxValue), indices = site.Input(1, ElementType.Int64).WithRank(site, 1, 1, int.MaxValue);
        Scattering.Check(site, x);
        if (indices.Dimensions[^1].Size is { } depth)
        {
            if (depth < 1 || depth > x.Rank) { throw site.Refuse($"its indices {indices} hold {depth} numbers for each place of {x}; expected 1 to {x.Rank}"); }
            ImmutableArray<Dimension> expected = [.. indices.Dimensions[..^1], .. x.Dimensions[depth..]];
            TensorFact updates = site.Input(2);
            if (updates.Rank != expected.Length || !updates.Dimensions.Zip(expected).All(pair => pair.First.MayEqual(pair.Second))) { throw site.Refuse($"its updates are {updates}; expected [{string.Join(", ", expected)}]"); }
        }
        return [x];
    }

    public void Forward(StepCall call) => NumberTypes.Run(new Scattering(Visit), call.InputType(0), call);

    private static void Visit(StepCall call, Scattering.Write write)
    {
        Shape shape = call.InputShape(0), places = call.InputShape(1);
        int depth = places[places.Rank - 1], block = shape.Count(depth, shape.Rank);
        for (int i = 0; i < places.Length / depth; i++)
        {
            int place = 0;
            for (int k = 0; k < depth; k++) { place = place * shape[k] + Indices.Resolve(call, call.Input<long>(1)[i * depth + k], shape[k]); }
            write(place * block, i * block, block);
        }
    }
}
