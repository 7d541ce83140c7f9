using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The mean over all spatial axes: pixels in ascending order into one accumulator from +0, then one division. ONNX GlobalAveragePool, opset 9 to 28.</summary>
internal sealed class GlobalAveragePool : IOperator
{
    private const int MostPixels = 1 << 22;

    public OperatorSchema Schema { get; } = new("GlobalAveragePool", 9, 1, 1);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => PoolFacts.InferGlobal(site);

    public void Forward(StepCall call)
    {
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        int pixels = call.InputShape(0).Count(2, call.InputShape(0).Rank);
        for (int i = 0; i < y.Length; i++)
        {
            float sum = 0f;
            foreach (float value in x.Slice(i * pixels, pixels)) { sum += value; }
            y[i] = sum / pixels;
        }
    }

    public Step Bind(BindSite site) => new FloatStep();

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.Unary(site)
        ?? (site.Input(0)!.Fact.Dimensions.Skip(2).Aggregate(1L, static (pixels, dimension) => dimension.Size is { } size ? Math.Min(pixels * size, MostPixels + 1) : pixels) > MostPixels
            ? $"its input has more than {MostPixels} pixels; their codes might not fit a 32-bit sum" : null);

    public Step BindInteger(IntegerSite site) => new IntegerStep(CodeParameters.From(site.Input(0)!.Parameters!), CodeParameters.From(site.Output!));

    private sealed class FloatStep : Step
    {
        public override BufferLayout Layout => BufferLayout.ChannelsLast;

        public override void Run(StepCall call)
        {
            Shape shape = call.InputShape(0);
            call.Engine.GlobalAveragePool(shape[0], shape.Count(2, shape.Rank), shape[1], call.Input<float>(0), call.Output<float>(0));
        }
    }

    private sealed class IntegerStep(CodeParameters input, CodeParameters output) : Step
    {
        public override BufferLayout Layout => BufferLayout.ChannelsLast;

        public override void Run(StepCall call)
        {
            Shape shape = call.InputShape(0);
            call.Engine.GlobalAveragePool(shape[0], shape.Count(2, shape.Rank), shape[1], call.Input<byte>(0), input, call.Output<byte>(0), output);
        }
    }
}
