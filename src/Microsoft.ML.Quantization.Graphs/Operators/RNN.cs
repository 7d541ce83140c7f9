using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>H = f(x · Wᵀ + H · Rᵀ + Wb + Rb), in all directions, with sequence lengths. ONNX RNN, opset 9 to 28.</summary>
internal sealed class RNN : IOperator
{
    public OperatorSchema Schema { get; } = new("RNN", 9, 3, 6, MaxOutputs: 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => RecurrentSettings.Infer(site, 1, 1, Settings(site.Node));

    public void Forward(StepCall call) => RecurrentBinding.Forward(call, Settings(call.Node), new RnnCell());

    public Step Bind(BindSite site) => RecurrentBinding.Bind(this, site, Settings(site.Node), new RnnCell());

    internal static RecurrentSettings Settings(Node node) => RecurrentSettings.Read(node, "Tanh");
}
