using System.Collections.Immutable;
using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// y = aᵇ in a's type, with NumPy broadcasting, by <see cref="FloatMath.Pow(float, float)"/>; whole numbers to whole powers from 0 on are
/// multiplied exactly. ONNX Pow, opset 9 to 28, for all numbers.
/// </summary>
internal sealed class Pow : IElementwise
{
    public OperatorSchema Schema { get; } = new("Pow", 9, 2, 2);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact a = site.Number(0), b = site.Number(1);
        return [new(a.Type, Broadcasting.Combine(site, a.Dimensions, b.Dimensions))];
    }

    public void Forward(StepCall call) => NumberTypes.Run(default(OfBase), call.InputType(0), call);

    private static void Run<TBase, TPower>(StepCall call) where TBase : unmanaged, INumber<TBase> where TPower : unmanaged, INumber<TPower>
    {
        bool whole = NumberTypes.Whole.Contains(call.InputType(0)) && NumberTypes.Whole.Contains(call.InputType(1));
        ReadOnlySpan<TBase> a = call.Input<TBase>(0);
        ReadOnlySpan<TPower> b = call.Input<TPower>(1);
        Span<TBase> y = call.Output<TBase>(0);
        (int[] left, int[] right) = BroadcastWalk.Offsets(call.InputShape(0), call.InputShape(1), call.OutputShape(0));
        for (int i = 0; i < y.Length; i++)
        {
            TBase x = a[left[i]];
            TPower power = b[right[i]];
            y[i] = whole && !TPower.IsNegative(power) ? Whole(x, long.CreateSaturating(power))
                : typeof(TBase) == typeof(float) ? TBase.CreateTruncating(FloatMath.Pow(float.CreateTruncating(x), float.CreateTruncating(power)))
                : TBase.CreateTruncating(FloatMath.Pow(double.CreateTruncating(x), double.CreateTruncating(power)));
        }
    }

    private static T Whole<T>(T x, long power) where T : unmanaged, INumber<T>
    {
        T result = T.One;
        for (; power > 0; power >>= 1)
        {
            if ((power & 1) != 0) { result *= x; }
            x *= x;
        }
        return result;
    }

    private readonly struct OfBase : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T> => NumberTypes.Run(default(OfPower<T>), call.InputType(1), call);
    }

    private readonly struct OfPower<TBase> : INumberCall where TBase : unmanaged, INumber<TBase>
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T> => Pow.Run<TBase, T>(call);
    }
}
