using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The largest element over all spatial axes. ONNX GlobalMaxPool, opset 9 to 28: a MaxPool whose window is the image.</summary>
internal sealed class GlobalMaxPool : IOperator
{
    public OperatorSchema Schema { get; } = new("GlobalMaxPool", 9, 1, 1);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => PoolFacts.InferGlobal(site);

    public void Forward(StepCall call) => PlainPool.Max(call, Image([.. call.InputShape(0).Spatial()]));

    public Step Bind(BindSite site) => new PoolStep(
        Image,
        static (call, tables) => call.Engine.MaxPool(tables, call.InputShape(0)[0], call.InputShape(0)[1], call.Input<float>(0), call.Output<float>(0)));

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site);

    public Step BindInteger(IntegerSite site)
    {
        bool signed = site.Output!.Type == ElementType.QInt8;
        return new PoolStep(
            Image,
            (call, tables) => call.Engine.MaxPool(tables, call.InputShape(0)[0], call.InputShape(0)[1], call.Input<byte>(0), call.Output<byte>(0), signed));
    }

    private static ConvolutionWindow Image(ImmutableArray<int> size)
    {
        ImmutableArray<int> ones = [.. size.Select(_ => 1)], zeros = [.. size.Select(_ => 0)];
        return new(size, ones, ones, zeros, zeros);
    }
}
