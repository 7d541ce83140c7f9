using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Sums over some axes (all by default), in the normative order of <see cref="Engine.Sum"/>: 16 strided partial sums over the elements in
/// row-major order, then a fixed tree.
/// </summary>
internal abstract class ReduceOperator(OperatorSchema schema, OperatorTraits traits, bool divides) : IOperator
{
    public OperatorSchema Schema => schema;

    public OperatorTraits Traits => traits;

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0);
        bool[] reduced = Reduced(site.Setting("axes", 1) is { } axes ? [.. site.AxisList(axes, x.Rank)] : null, site.Node, x.Rank);
        bool keeps = site.Attributes.Int("keepdims", 1) != 0;
        return [x with { Dimensions = [.. x.Dimensions.Select((dimension, axis) => reduced[axis] ? 1 : dimension).Where((_, axis) => keeps || !reduced[axis])] }];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        bool[] reduced = Reduced(call.Setting("axes", 1)?.Select(axis => Axes.FromFront(axis, shape.Rank)).ToArray(), call.Node, shape.Rank);
        int[] order = [.. Enumerable.Range(0, shape.Rank).OrderBy(axis => reduced[axis])], strides = shape.Strides();
        int kept = reduced.Count(flag => !flag), length = 1;
        for (int i = kept; i < order.Length; i++) { length *= shape[order[i]]; }
        float[] elements = new float[length];
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);

        // Kept axes outside, reduced axes inside, each in row-major order.
        int[] index = new int[shape.Rank];
        for (int target = 0; target < y.Length; target++)
        {
            for (int i = 0; i < length; i++)
            {
                int source = 0;
                for (int axis = 0; axis < index.Length; axis++) { source += index[axis] * strides[axis]; }
                elements[i] = x[source];
                Next(index, shape, order);
            }
            float sum = call.Engine.Sum(elements);
            y[target] = divides ? sum / length : sum;
        }
    }

    private static bool[] Reduced(int[]? axes, Node node, int rank)
    {
        var reduced = new bool[rank];
        if (axes is null || axes.Length == 0) { Array.Fill(reduced, node.Attributes.Int("noop_with_empty_axes", 0) == 0); }
        else { foreach (int axis in axes) { reduced[axis] = true; } }
        return reduced;
    }

    private static void Next(int[] index, Shape shape, int[] order)
    {
        for (int i = order.Length - 1; i >= 0; i--)
        {
            if (++index[order[i]] < shape[order[i]]) { return; }
            index[order[i]] = 0;
        }
    }
}
