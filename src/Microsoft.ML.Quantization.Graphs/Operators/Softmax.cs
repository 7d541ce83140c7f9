using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// y = exp(x − max) / Σ exp(x − max) along <c>axis</c> (−1 by default) from opset 13 on; before, over all axes from <c>axis</c> (1 by
/// default) on together. ONNX Softmax, opset 9 to 28.
/// </summary>
internal sealed class Softmax : IOperator
{
    public OperatorSchema Schema { get; } = new("Softmax", 9, 1, 1);

    public OperatorTraits Traits { get; } = new()
    {
        Observation = ObservationType.FixedQParams,
        FixedOutput = new QuantizationParameters(1f / 256f, 0, ElementType.QUInt8),
    };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 1, int.MaxValue);
        site.Axis(site.Attributes.Int("axis", site.Opset < 13 ? Math.Min(1, x.Rank - 1) : -1), x.Rank);
        return [x];
    }

    /// <summary>The meaning from opset 13 on; a call does not know its operator set, a bound step does.</summary>
    public void Forward(StepCall call) => Run(call, 13);

    public Step Bind(BindSite site) => new SoftmaxStep(site.Opset, OverChannels(site));

    public string? DeclineInteger(IntegerSite site) => "Softmax has no integer form: its sums need more than 8 bits";

    private static void Run(StepCall call, int opset)
    {
        Shape shape = call.InputShape(0);
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        if (y.IsEmpty) { return; }
        int axis = Axes.FromFront(call.Attributes.Int("axis", opset < 13 ? Math.Min(1, shape.Rank - 1) : -1), shape.Rank);
        int length = opset < 13 ? shape.Count(axis, shape.Rank) : shape[axis], inner = opset < 13 ? 1 : LayoutView.Inner(shape, axis, call.Layout);
        if (inner == 1)
        {
            call.Engine.Softmax(x, y, y.Length / length, length);
            return;
        }

        // Along an inner axis: each column is gathered, computed as a row and scattered.
        float[] column = new float[length];
        for (int i = 0; i < y.Length / length; i++)
        {
            int first = i / inner * length * inner + i % inner;
            for (int k = 0; k < length; k++) { column[k] = x[first + k * inner]; }
            call.Engine.Softmax(column, column, 1, length);
            for (int k = 0; k < length; k++) { y[first + k * inner] = column[k]; }
        }
    }

    private static bool OverChannels(BindSite site) => site.Opset >= 13 && site.Inputs[0]!.Rank is >= 3 and var rank && Axes.FromFront(site.Node.Attributes.Int("axis", -1), rank) == 1;

    private sealed class SoftmaxStep(int opset, bool overChannels) : Step
    {
        // Channels that lie last are rows; along other axes nothing is won.
        public override BufferLayout Layout => overChannels ? BufferLayout.Any : BufferLayout.RowMajor;

        public override void Run(StepCall call) => Softmax.Run(call, opset);
    }
}
