using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// One direction of <see cref="GRU"/> with 8-bit weights: W [1, features, 3 · hidden] and R [1, hidden, 3 · hidden] with scales and zero points (inputs 6 to
/// 9) as <see cref="DynamicQuantizeLSTM"/> has them. All ten inputs are given: one sequence length and one initial state serve every row. Settings: reverse,
/// linear_before_reset, clip. A function of ONNX's operators in files; this is its meaning.
/// </summary>
internal sealed class DynamicQuantizeGRU : IOperator
{
    public OperatorSchema Schema { get; } = new("DynamicQuantizeGRU", 11, 10, 10, MaxOutputs: 2, DynamicRecurrence.Domain);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => DynamicRecurrence.Infer(site, Settings(site.Node), 3, 1, firstScale: 6);

    public void Forward(StepCall call) => DynamicRecurrence.Forward(call, Settings(call.Node), GRU.Cell(call.Node), firstScale: 6, paddingCounts: false);

    public Step Bind(BindSite site) => DynamicRecurrence.Bind(this, site, Settings(site.Node), GRU.Cell(site.Node), firstScale: 6, paddingCounts: false);

    private static RecurrentSettings Settings(Node node) => GRU.Settings(DynamicRecurrence.Plain(node));
}
