using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>1 at the first largest element along <c>axis</c>, else 0. ONNX Hardmax, opset 13 to 28; older models are brought to this form on import.</summary>
internal sealed class Hardmax : IOperator
{
    public OperatorSchema Schema { get; } = new("Hardmax", 13, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 1, int.MaxValue);
        site.Axis(site.Attributes.Int("axis", -1), x.Rank);
        return [x];
    }

    public void Forward(StepCall call) => AxisRows.Run(call, -1, static (x, y) =>
    {
        int best = 0;
        for (int i = 1; i < x.Length; i++) { best = x[i] > x[best] ? i : best; }
        y.Clear();
        y[best] = 1f;
    });
}
