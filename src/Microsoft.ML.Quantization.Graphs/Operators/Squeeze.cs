using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Drops axes of size 1: the given ones, or all. ONNX Squeeze, opset 9 to 28 (axes are an input from 13 on).</summary>
internal sealed class Squeeze() : CopyOperator(new("Squeeze", 9, 1, 2), BufferLayout.RowMajor)
{
    public override ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0);
        if (site.IsOpen(1)) { return [SiteChecks.OpenFact(x.Type, Math.Max(0, x.Rank - site.Count(1, "axes")))]; }
        if (site.Setting("axes", 1) is not { } stated)
        {
            if (!x.IsStatic) { throw site.Refuse($"it drops all axes of size 1 of {x}, whose sizes are not all known; state the axes"); }
            return [x with { Dimensions = [.. x.Dimensions.Where(dimension => dimension.Size != 1)] }];
        }
        ImmutableArray<int> axes = site.AxisList(stated, x.Rank);
        foreach (int axis in axes)
        {
            if (!x.Dimensions[axis].MayEqual(1)) { throw site.Refuse($"axis {axis} of {x} has size {x.Dimensions[axis]}; only axes of size 1 can be dropped"); }
        }
        return [x with { Dimensions = [.. x.Dimensions.Where((_, axis) => !axes.Contains(axis))] }];
    }
}
