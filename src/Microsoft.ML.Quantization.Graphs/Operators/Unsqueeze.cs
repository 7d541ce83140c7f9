using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Adds axes of size 1 at the given places of the result. ONNX Unsqueeze, opset 9 to 28 (axes are an input from 13 on).</summary>
internal sealed class Unsqueeze() : CopyOperator(new("Unsqueeze", 9, 1, 2), BufferLayout.RowMajor)
{
    public override ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0);
        if (site.IsOpen(1)) { return [SiteChecks.OpenFact(x.Type, x.Rank + site.Count(1, "axes"))]; }
        ImmutableArray<long> stated = site.Setting("axes", 1) ?? throw site.Refuse("its axes are missing; expected a list of places for new axes");
        int rank = x.Rank + stated.Length;
        ImmutableArray<int> axes = site.AxisList(stated, rank);
        var dimensions = ImmutableArray.CreateBuilder<Dimension>(rank);
        for (int axis = 0, source = 0; axis < rank; axis++) { dimensions.Add(axes.Contains(axis) ? 1 : x.Dimensions[source++]); }
        return [x with { Dimensions = dimensions.MoveToImmutable() }];
    }
}
