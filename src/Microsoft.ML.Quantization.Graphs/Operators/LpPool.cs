using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = (Σ |x|ᵖ)^(1/p) over each window; padding adds nothing. ONNX LpPool, opset 9 to 28.</summary>
internal sealed class LpPool : IOperator
{
    public OperatorSchema Schema { get; } = new("LpPool", 9, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => site.Attributes.Int("p", 2) is var p && p is >= 1 and <= 64
        ? PoolFacts.Infer(site)
        : throw site.Refuse($"p is {p}; expected 1 to 64");

    public void Forward(StepCall call)
    {
        ConvolutionWindow window = PoolFacts.Settings(call.Node, call.InputShape(0).Rank).At(call.InputShape(0).Spatial());
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        var at = new Window3(window, call.InputShape(0).Spatial(), call.OutputShape(0).Spatial());
        long p = call.Attributes.Int("p", 2);
        for (int i = 0; i < y.Length; i++)
        {
            float sum = 0f;
            for (int tap = 0; tap < at.Taps; tap++)
            {
                int source = PlainPool.Source(at, i % at.OutputLength, tap);
                if (source >= 0) { sum += Power(x[i / at.OutputLength * at.InputLength + source], p); }
            }
            y[i] = Root(sum, p);
        }
    }

    /// <summary>|x|ᵖ.</summary>
    public static float Power(float x, long p) => p switch { 1 => MathF.Abs(x), 2 => x * x, _ => FloatMath.Pow(MathF.Abs(x), p) };

    /// <summary>The p-th root.</summary>
    public static float Root(float sum, long p) => p switch { 1 => sum, 2 => MathF.Sqrt(sum), _ => FloatMath.Pow(sum, 1f / p) };
}
