using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// <see cref="LSTM"/> with 8-bit weights: W [directions, features, 4 · hidden] and R [directions, hidden, 4 · hidden], transposed compared with LSTM's,
/// with scales and zero points (inputs 8 to 11) for each direction, or for each direction and column. The input is quantized once for all steps,
/// the state at each step, both to uint8 by their own range over all rows (<see cref="DynamicRange"/>); products are exact sums, scaled, plus their
/// half of the bias; the gates are float. com.microsoft DynamicQuantizeLSTM, version 1 (ONNX Runtime's ContribOperators.md).
/// </summary>
/// <remarks>
/// Where sequences end early, the input's range covers the steps of the longest one and the state's range those that still run, as in ONNX
/// Runtime with one thread; with more, that one splits large batches into parts with ranges of their own.
/// </remarks>
internal sealed class DynamicQuantizeLSTM : IOperator
{
    public const string RuntimeDomain = "com.microsoft";

    public OperatorSchema Schema { get; } = new("DynamicQuantizeLSTM", 11, 3, 12, MaxOutputs: 3, RuntimeDomain);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        site.Unsupported(site.Attributes.Int("layout", 0) != 0, "layout", "transpose the sequence before and after it");
        if (site.OptionalInput(7) is not null) { site.Float(7).WithRank(site, 7, 2, 2); }
        return DynamicRecurrence.Infer(site, LSTM.Settings(site.Node), 4, 2, firstScale: 8);
    }

    public void Forward(StepCall call) => DynamicRecurrence.Forward(call, LSTM.Settings(call.Node), LSTM.Cell(call.Node), firstScale: 8, paddingCounts: true);

    public Step Bind(BindSite site) => DynamicRecurrence.Bind(this, site, LSTM.Settings(site.Node), LSTM.Cell(site.Node), firstScale: 8, paddingCounts: true);
}
