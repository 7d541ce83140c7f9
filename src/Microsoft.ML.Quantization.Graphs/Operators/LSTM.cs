using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Gates i, o, f and c: <c>i = f(x · Wiᵀ + H · Riᵀ + Pi ∘ C + b), f</c> alike, <c>c = g(x · Wcᵀ + H · Rcᵀ + b), C = f ∘ C + i ∘ c,
/// o = f(x · Woᵀ + H · Roᵀ + Po ∘ C + b), H = o ∘ h(C)</c>; f = 1 − i with <c>input_forget</c>. Peepholes P are input 7, in the order i, o, f.
/// With <c>clip</c> the sums before f and g are limited, the cell before h is not (as in ONNX Runtime). ONNX LSTM, opset 9 to 28.
/// </summary>
internal sealed class LSTM : IOperator
{
    public OperatorSchema Schema { get; } = new("LSTM", 9, 3, 8, MaxOutputs: 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        if (site.OptionalInput(7) is not null) { site.Float(7).WithRank(site, 7, 2, 2); }
        return RecurrentSettings.Infer(site, 4, 2, Settings(site.Node));
    }

    public void Forward(StepCall call) => RecurrentBinding.Forward(call, Settings(call.Node), Cell(call.Node));

    public Step Bind(BindSite site) => RecurrentBinding.Bind(this, site, Settings(site.Node), Cell(site.Node));

    internal static RecurrentSettings Settings(Node node) => RecurrentSettings.Read(node, "Sigmoid", "Tanh", "Tanh");

    internal static RecurrentCell Cell(Node node) => new LstmCell(node.Attributes.Int("input_forget", 0) != 0);
}
