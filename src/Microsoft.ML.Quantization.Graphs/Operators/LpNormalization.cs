using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x / ‖x‖ along <c>axis</c> (−1 by default) with the norm of <c>p</c> 1 or 2; 0 where the norm is 0. ONNX LpNormalization, opset 9 to 28.</summary>
internal sealed class LpNormalization : IOperator
{
    public OperatorSchema Schema { get; } = new("LpNormalization", 9, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 1, int.MaxValue);
        site.Axis(site.Attributes.Int("axis", -1), x.Rank);
        long p = site.Attributes.Int("p", 2);
        return p is 1 or 2 ? [x] : throw site.Refuse($"p is {p}; expected 1 or 2");
    }

    public void Forward(StepCall call) => AxisRows.Run(call, -1, (x, y) =>
    {
        bool squares = call.Attributes.Int("p", 2) == 2;
        for (int i = 0; i < x.Length; i++) { y[i] = squares ? x[i] * x[i] : MathF.Abs(x[i]); }
        float norm = call.Engine.Sum(y);
        norm = squares ? MathF.Sqrt(norm) : norm;
        for (int i = 0; i < x.Length; i++) { y[i] = norm == 0f ? 0f : x[i] / norm; }
    });
}
