using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// What the losses share: minus the logarithm at each target, weighted, then <c>none</c>, <c>sum</c> or <c>mean</c> (over the weights of
/// the targets). A target of <c>ignore_index</c> counts as 0.
/// </summary>
internal static class LossReduction
{
    /// <summary>The loss, of the targets' shape or a scalar.</summary>
    public static TensorFact Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 2, int.MaxValue), target = site.Input(1, ElementType.Int64, ElementType.Int32).WithRank(site, 1, x.Rank - 1, x.Rank - 1);
        ImmutableArray<Dimension> places = x.Dimensions.RemoveAt(1);
        for (int axis = 0; axis < places.Length; axis++)
        {
            if (!places[axis].MayEqual(target.Dimensions[axis])) { throw site.Refuse($"its targets are {target}; expected one for each place of {x}, whose axis 1 counts classes"); }
        }
        site.Vector(2, x.Dimensions[1], "weight");
        string reduction = site.Attributes.String("reduction", "mean");
        return reduction switch
        {
            "none" => x with { Dimensions = target.Dimensions },
            "sum" or "mean" => new(ElementType.Float32, Shape.Scalar),
            _ => throw site.Refuse($"reduction is '{reduction}'; expected none, sum or mean"),
        };
    }

    /// <summary>Computes output 0 from logarithms of probabilities of input 0's shape.</summary>
    public static void Run(StepCall call, ReadOnlySpan<float> logarithms)
    {
        Shape shape = call.InputShape(0);
        int classes = shape[1], inner = shape.Count(2, shape.Rank), count = shape[0] * inner;
        bool ignores = call.Attributes.Contains("ignore_index");
        long ignored = call.Attributes.Int("ignore_index", 0);
        float[] losses = new float[count], weights = new float[count];
        for (int i = 0; i < count; i++)
        {
            long target = Indices.Read(call, 1, i);
            if (ignores && target == ignored) { continue; }
            int at = Indices.Resolve(call, target, classes);
            weights[i] = call.HasInput(2) ? call.Input<float>(2)[at] : 1f;
            losses[i] = -logarithms[(i / inner * classes + at) * inner + i % inner] * weights[i];
        }
        string reduction = call.Attributes.String("reduction", "mean");
        if (reduction == "none")
        {
            losses.CopyTo(call.Output<float>(0));
            return;
        }
        float sum = call.Engine.Sum(losses);
        call.Output<float>(0)[0] = reduction == "sum" ? sum : sum / call.Engine.Sum(weights);
    }
}
