using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>An operator that compares two tensors element by element, with NumPy broadcasting: any number type, and bool where there is no order.</summary>
internal abstract class ComparisonOperator<TComparison>(OperatorSchema schema, bool takesBooleans = false) : IOperator where TComparison : IComparison
{
    public OperatorSchema Schema => schema;

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact a = takesBooleans ? site.Input(0, [.. NumberTypes.All, ElementType.Boolean]) : site.Number(0), b = site.Input(1, a.Type);
        return [new(ElementType.Boolean, Broadcasting.Combine(site, a.Dimensions, b.Dimensions))];
    }

    public void Forward(StepCall call) => NumberTypes.Run(default(Loop), call.InputType(0), call);

    private readonly struct Loop : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
        {
            ReadOnlySpan<T> a = call.Input<T>(0), b = call.Input<T>(1);
            Span<byte> y = call.Output<byte>(0);
            (int[] left, int[] right) = BroadcastWalk.Offsets(call.InputShape(0), call.InputShape(1), call.OutputShape(0));
            for (int i = 0; i < y.Length; i++) { y[i] = TComparison.Value(a[left[i]], b[right[i]]) ? (byte)1 : (byte)0; }
        }
    }
}
