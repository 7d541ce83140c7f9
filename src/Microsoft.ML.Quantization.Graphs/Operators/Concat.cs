using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Tensors one behind the other along <c>axis</c>. ONNX Concat, opset 9 to 28. On codes, inputs whose map differs from the output's are
/// requantized through a table.
/// </summary>
internal sealed class Concat : IOperator
{
    public OperatorSchema Schema { get; } = new("Concat", 9, 1, int.MaxValue);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact first = site.Input(0);
        int axis = site.Axis(site.Attributes.Int("axis"), first.Rank);
        Dimension[] dimensions = [.. first.Dimensions];
        for (int index = 1; index < site.Node.Inputs.Length; index++)
        {
            TensorFact next = site.Input(index, first.Type).WithRank(site, index, first.Rank, first.Rank);
            for (int i = 0; i < first.Rank; i++)
            {
                if (i == axis)
                {
                    dimensions[i] = dimensions[i].Size is { } sum && next.Dimensions[i].Size is { } more ? checked(sum + more) : Dimension.Unknown;
                    continue;
                }
                if (!dimensions[i].MayEqual(next.Dimensions[i])) { throw site.Refuse($"input {index} is {next} and input 0 {first}; expected the same sizes on all axes but {axis}"); }
                dimensions[i] = dimensions[i].Merge(next.Dimensions[i]);
            }
        }
        return [new(first.Type, [.. dimensions])];
    }

    public void Forward(StepCall call) => Run(call, null);

    public Step Bind(BindSite site) => new AnyLayoutStep(this);

    public string? DeclineInteger(IntegerSite site) =>
        Enumerable.Range(0, site.Inputs.Length).Select(index => IntegerChecks.Activation(site, index)).FirstOrDefault(reason => reason is not null) ?? IntegerChecks.Output(site);

    public Step BindInteger(IntegerSite site) => new ConcatStep([.. site.Inputs.Select(input => input!.Parameters!.Equals(site.Output)
        ? null
        : LookupTable.Requantize(CodeParameters.From(input.Parameters), CodeParameters.From(site.Output!)))]);

    /// <summary>Copies blocks of bytes; <paramref name="tables"/> has a table for each input whose codes change.</summary>
    private static void Run(StepCall call, byte[]?[]? tables)
    {
        Shape shape = call.OutputShape(0);
        int axis = Axes.FromFront(call.Attributes.Int("axis"), shape.Rank), outer = LayoutView.Outer(shape, axis, call.Layout);
        int inner = LayoutView.Inner(shape, axis, call.Layout) * call.Outputs[0].Type.SizeInBytes(), row = shape[axis] * inner, offset = 0;
        Span<byte> y = call.Output<byte>(0);
        for (int index = 0; index < call.Inputs.Length; index++)
        {
            ReadOnlySpan<byte> x = call.Input<byte>(index);
            // Where channels lie last, a spatial axis holds as many of them in every input.
            int block = call.InputShape(index)[axis] * inner;
            for (int i = 0; i < outer; i++)
            {
                ReadOnlySpan<byte> from = x.Slice(i * block, block);
                Span<byte> to = y.Slice(i * row + offset, block);
                if (tables?[index] is { } table) { call.Engine.Lookup(from, to, table); }
                else { from.CopyTo(to); }
            }
            offset += block;
        }
    }

    private sealed class ConcatStep(byte[]?[] tables) : Step
    {
        public override BufferLayout Layout => BufferLayout.Any;

        public override void Run(StepCall call) => Concat.Run(call, tables);
    }
}
