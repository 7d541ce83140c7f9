using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// y = min(max(x, minimum), maximum). ONNX Clip, opset 9 to 28: the ends are attributes <c>min</c>, <c>max</c> before opset 11 and
/// optional inputs from then on.
/// </summary>
internal sealed class Clip : IElementwise
{
    public OperatorSchema Schema { get; } = new("Clip", 9, 1, 3);

    public OperatorTraits Traits { get; } = new()
    {
        Observation = ObservationType.OutputSharesObserverWithInput,
        IsSetting = static index => index > 0,
    };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        for (int index = 1; index <= 2; index++)
        {
            if (site.OptionalInput(index) is { } end && (end.Type != site.Number(0).Type || Axes.Product(end.Dimensions) is not { Size: null or 1 }))
            {
                throw site.Refuse($"its {(index == 1 ? "minimum" : "maximum")} (input {index}) is {end}; expected one number of type {site.Number(0).Type.Name()}");
            }
        }
        return [site.Number(0)];
    }

    public void Forward(StepCall call)
    {
        if (call.InputType(0) != ElementType.Float32)
        {
            NumberTypes.Run(default(Numbers), call.InputType(0), call);
            return;
        }
        UnaryStep<Interval>.Apply(
            new(call.HasInput(1) ? call.Input<float>(1)[0] : Low(call.Node), call.HasInput(2) ? call.Input<float>(2)[0] : High(call.Node)),
            call.Input<float>(0), call.Output<float>(0));
    }

    public Step Bind(BindSite site) => site.Inputs[0]!.Type == ElementType.Float32 && Ends(site.Node, site.Constant) is { } interval ? new ClipStep(interval.Low, interval.High) : new ForwardStep(this, site.Node);

    public string? DeclineInteger(IntegerSite site) => Ends(site.Node, index => site.Input(index)?.Constant) is null ? "its ends are computed while the model runs" : IntegerChecks.Unary(site);

    public Step BindInteger(IntegerSite site) => LookupStep.Of(site, Ends(site.Node, index => site.Input(index)?.Constant)!.Value.Value);

    /// <summary>The interval, or null when an end is not a constant.</summary>
    private static Interval? Ends(Node node, Func<int, Tensor?> constant)
    {
        if ((node.HasInput(1) && constant(1) is null) || (node.HasInput(2) && constant(2) is null)) { return null; }
        return new(constant(1)?.AsSpan<float>()[0] ?? Low(node), constant(2)?.AsSpan<float>()[0] ?? High(node));
    }

    private static float Low(Node node) => node.Attributes.Float("min", float.NegativeInfinity);

    private static float High(Node node) => node.Attributes.Float("max", float.PositiveInfinity);

    private readonly record struct Interval(float Low, float High) : IUnaryFunction
    {
        public float Value(float x) => Clamp.Value(x, Low, High);
    }

    private readonly struct Numbers : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, System.Numerics.INumber<T>
        {
            ReadOnlySpan<T> x = call.Input<T>(0);
            Span<T> y = call.Output<T>(0);
            for (int i = 0; i < y.Length; i++)
            {
                T value = x[i];
                if (call.HasInput(1) && value < call.Input<T>(1)[0]) { value = call.Input<T>(1)[0]; }
                if (call.HasInput(2) && value > call.Input<T>(2)[0]) { value = call.Input<T>(2)[0]; }
                y[i] = value;
            }
        }
    }
}
