using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = (Σ |x|ᵖ)^(1/p) over all spatial axes. ONNX GlobalLpPool, opset 9 to 28.</summary>
internal sealed class GlobalLpPool : IOperator
{
    public OperatorSchema Schema { get; } = new("GlobalLpPool", 9, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => site.Attributes.Int("p", 2) is var p && p is >= 1 and <= 64
        ? PoolFacts.InferGlobal(site)
        : throw site.Refuse($"p is {p}; expected 1 to 64");

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int length = shape.Count(2, shape.Rank);
        long p = call.Attributes.Int("p", 2);
        float[] powers = new float[length];
        Span<float> y = call.Output<float>(0);
        for (int i = 0; i < y.Length; i++)
        {
            for (int k = 0; k < length; k++) { powers[k] = LpPool.Power(call.Input<float>(0)[i * length + k], p); }
            y[i] = LpPool.Root(call.Engine.Sum(powers), p);
        }
    }
}
