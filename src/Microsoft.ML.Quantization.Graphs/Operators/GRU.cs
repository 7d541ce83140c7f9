using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Gates z, r and h: <c>z = f(x · Wzᵀ + H · Rzᵀ + b), r</c> alike, <c>h = g(x · Whᵀ + Wbh + (r ∘ H) · Rhᵀ + Rbh)</c> (with
/// <c>linear_before_reset</c> <c>r ∘ (H · Rhᵀ + Rbh)</c>), <c>H = (1 − z) ∘ h + z ∘ H</c>. ONNX GRU, opset 9 to 28.
/// </summary>
internal sealed class GRU : IOperator
{
    public OperatorSchema Schema { get; } = new("GRU", 9, 3, 6, MaxOutputs: 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => RecurrentSettings.Infer(site, 3, 1, Settings(site.Node));

    public void Forward(StepCall call) => RecurrentBinding.Forward(call, Settings(call.Node), Cell(call.Node));

    public Step Bind(BindSite site) => RecurrentBinding.Bind(this, site, Settings(site.Node), Cell(site.Node));

    internal static RecurrentSettings Settings(Node node) => RecurrentSettings.Read(node, "Sigmoid", "Tanh");

    internal static RecurrentCell Cell(Node node) => new GruCell(node.Attributes.Int("linear_before_reset", 0) != 0);
}
