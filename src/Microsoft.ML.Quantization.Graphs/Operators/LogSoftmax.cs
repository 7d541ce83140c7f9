using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x − max − ln Σ e^(x − max) along <c>axis</c>. ONNX LogSoftmax, opset 13 to 28; older models are brought to this form on import.</summary>
internal sealed class LogSoftmax : IOperator
{
    public OperatorSchema Schema { get; } = new("LogSoftmax", 13, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 1, int.MaxValue);
        site.Axis(site.Attributes.Int("axis", -1), x.Rank);
        return [x];
    }

    public void Forward(StepCall call) => AxisRows.Run(call, -1, (x, y) => Row(call.Engine, x, y));

    /// <summary>One row.</summary>
    public static void Row(Engine engine, ReadOnlySpan<float> x, Span<float> y)
    {
        float largest = float.NegativeInfinity;
        foreach (float element in x) { largest = MathF.Max(largest, element); }
        for (int i = 0; i < x.Length; i++) { y[i] = FloatMath.Exp(x[i] - largest); }
        float log = FloatMath.Log(engine.Sum(y));
        for (int i = 0; i < x.Length; i++) { y[i] = x[i] - largest - log; }
    }
}
