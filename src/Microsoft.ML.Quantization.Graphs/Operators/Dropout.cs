using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x: inference keeps every element, and the mask is true everywhere. ONNX Dropout, opset 9 to 28, without training mode.</summary>
internal sealed class Dropout : IOperator
{
    public OperatorSchema Schema { get; } = new("Dropout", 9, 1, 3, MaxOutputs: 2);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        bool inference = site.OptionalInput(2) is null || (site.Constant(2) is { Length: 1 } mode && mode.Bytes[0] == 0) || (site.Constant(1) is { Length: 1 } ratio && !ratio.Bytes.ContainsAnyExcept((byte)0));
        site.Unsupported(!inference, "training mode", "export the model for inference");
        TensorFact x = site.Input(0);
        return [x, x with { Type = site.Opset < 10 ? x.Type : ElementType.Boolean }];
    }

    public void Forward(StepCall call)
    {
        if (call.Node.Outputs[0].Length > 0) { call.Input<byte>(0).CopyTo(call.Output<byte>(0)); }
        if (call.Outputs.Length > 1 && call.Node.Outputs[1].Length > 0) { call.Output<byte>(1).Fill(1); }
    }

    public Step Bind(BindSite site) => site.Node.Outputs.Length == 1 ? new CopyStep(BufferLayout.Any) : new ForwardStep(this, site.Node);

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site);

    public Step BindInteger(IntegerSite site) => new CopyStep(BufferLayout.Any);
}
