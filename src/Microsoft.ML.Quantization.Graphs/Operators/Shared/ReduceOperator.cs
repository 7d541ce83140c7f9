using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Reduces some axes (all by default) to one number each, over the elements in row-major order.</summary>
internal abstract class ReduceOperator<TReduction>(OperatorSchema schema, OperatorTraits traits) : IOperator where TReduction : IReduction
{
    /// <summary>How reductions that stay float are treated: their axes are a setting.</summary>
    public static OperatorTraits StaysFloat { get; } = new() { IsSetting = static index => index > 0 };

    public OperatorSchema Schema => schema;

    public OperatorTraits Traits => traits;

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Number(0);
        return [new(x.Type, ReducedAxes.Infer(site, x))];
    }

    public void Forward(StepCall call)
    {
        if (call.InputType(0) != ElementType.Float32)
        {
            NumberTypes.Run(default(Loop), call.InputType(0), call);
            return;
        }
        if (ReducedAxes.Block(call) is { } block)
        {
            Forward(call, block.Length, block.Inner);
            return;
        }
        (int[] offsets, int length) = ReducedAxes.Groups(call);
        float[] elements = new float[length];
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        for (int target = 0; target < y.Length; target++)
        {
            for (int i = 0; i < length; i++) { elements[i] = x[offsets[target * length + i]]; }
            y[target] = TReduction.Of(call.Engine, elements);
        }
    }

    /// <summary>Of an input [outer, length, inner]: column by column, or all columns at once where the reduction can.</summary>
    private static void Forward(StepCall call, int length, int inner)
    {
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        float[] rented = ArrayPool<float>.Shared.Rent(Math.Max(length, ColumnSums.Lanes * inner));
        for (int done = 0; done < y.Length; done += inner)
        {
            ReadOnlySpan<float> rows = x.Slice(done * length, length * inner);
            if (inner > 1 && TReduction.OfColumns(call.Engine, rows, y.Slice(done, inner), rented)) { continue; }
            Span<float> elements = rented.AsSpan(0, length);
            for (int column = 0; column < inner; column++)
            {
                for (int i = 0; i < length; i++) { elements[i] = rows[i * inner + column]; }
                y[done + column] = TReduction.Of(call.Engine, elements);
            }
        }
        ArrayPool<float>.Shared.Return(rented);
    }

    private readonly struct Loop : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
        {
            (int[] offsets, int length) = ReducedAxes.Groups(call);
            var elements = new T[length];
            ReadOnlySpan<T> x = call.Input<T>(0);
            Span<T> y = call.Output<T>(0);
            for (int target = 0; target < y.Length; target++)
            {
                for (int i = 0; i < length; i++) { elements[i] = x[offsets[target * length + i]]; }
                y[target] = TReduction.Of<T>(elements);
            }
        }
    }
}
