using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// One direction of <see cref="RNN"/> with 8-bit weights: W [1, features, hidden] and R [1, hidden, hidden], otherwise as <see cref="DynamicQuantizeGRU"/>.
/// Settings: reverse, relu (instead of tanh), clip.
/// </summary>
internal sealed class DynamicQuantizeRNN : IOperator
{
    public OperatorSchema Schema { get; } = new("DynamicQuantizeRNN", 11, 10, 10, MaxOutputs: 2, DynamicRecurrence.Domain);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => DynamicRecurrence.Infer(site, Settings(site.Node), 1, 1, firstScale: 6);

    public void Forward(StepCall call) => DynamicRecurrence.Forward(call, Settings(call.Node), new RnnCell(), firstScale: 6, paddingCounts: false);

    public Step Bind(BindSite site) => DynamicRecurrence.Bind(this, site, Settings(site.Node), new RnnCell(), firstScale: 6, paddingCounts: false);

    private static RecurrentSettings Settings(Node node) => RNN.Settings(DynamicRecurrence.Plain(node));
}
