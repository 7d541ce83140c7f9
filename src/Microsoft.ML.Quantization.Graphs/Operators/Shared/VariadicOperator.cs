using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A function folded over any number of tensors of one type, element by element, with NumPy broadcasting.</summary>
internal interface IFold
{
    /// <summary>The function of what was folded so far and the next.</summary>
    static abstract T Value<T>(T folded, T next) where T : struct, INumber<T>;

    /// <summary>The result of folding <paramref name="count"/> tensors.</summary>
    static abstract T Finish<T>(T folded, int count) where T : struct, INumber<T>;
}

/// <summary>An operator over a list of tensors, folded from the first to the last.</summary>
internal abstract class VariadicOperator<TFold>(OperatorSchema schema) : IElementwise where TFold : IFold
{
    public OperatorSchema Schema => schema;

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact first = site.Number(0);
        ImmutableArray<Dimension> dimensions = first.Dimensions;
        for (int i = 1; i < site.Node.Inputs.Length; i++) { dimensions = Broadcasting.Combine(site, dimensions, site.Input(i, first.Type).Dimensions); }
        return [new(first.Type, dimensions)];
    }

    public void Forward(StepCall call) => NumberTypes.Run(default(Loop), call.InputType(0), call);

    private readonly struct Loop : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
        {
            Span<T> y = call.Output<T>(0);
            for (int input = 0; input < call.Inputs.Length; input++)
            {
                ReadOnlySpan<T> x = call.Input<T>(input);
                int[] offsets = BroadcastWalk.Offsets(call.InputShape(input), call.OutputShape(0));
                for (int i = 0; i < y.Length; i++) { y[i] = input == 0 ? x[offsets[i]] : TFold.Value(y[i], x[offsets[i]]); }
            }
            for (int i = 0; i < y.Length; i++) { y[i] = TFold.Finish(y[i], call.Inputs.Length); }
        }
    }
}
