using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>An operator that combines two truth values element by element, with NumPy broadcasting. True is 1 and false 0.</summary>
internal abstract class LogicOperator(OperatorSchema schema, Func<int, int, int> value) : IOperator
{
    public OperatorSchema Schema => schema;

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact a = site.Input(0, ElementType.Boolean), b = site.Input(1, ElementType.Boolean);
        return [new(ElementType.Boolean, Broadcasting.Combine(site, a.Dimensions, b.Dimensions))];
    }

    public void Forward(StepCall call)
    {
        ReadOnlySpan<byte> a = call.Input<byte>(0), b = call.Input<byte>(1);
        Span<byte> y = call.Output<byte>(0);
        (int[] left, int[] right) = BroadcastWalk.Offsets(call.InputShape(0), call.InputShape(1), call.OutputShape(0));
        for (int i = 0; i < y.Length; i++) { y[i] = (byte)value(a[left[i]], b[right[i]]); }
    }
}
