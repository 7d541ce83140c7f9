using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The rest of a / b, with NumPy broadcasting: with the sign of b, or with that of a where <c>fmod</c> is 1, as floats need it. ONNX Mod,
/// opset 10 to 28, for all numbers.
/// </summary>
internal sealed class Mod : IOperator
{
    public OperatorSchema Schema { get; } = new("Mod", 10, 2, 2);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact a = site.Number(0), b = site.Input(1, a.Type);
        bool whole = NumberTypes.Whole.Contains(a.Type);
        if (!whole && site.Attributes.Int("fmod", 0) == 0) { throw site.Refuse($"fmod is 0 and its input {a}; expected whole numbers, or fmod = 1"); }
        return [new(a.Type, Broadcasting.Combine(site, a.Dimensions, b.Dimensions))];
    }

    public void Forward(StepCall call) => NumberTypes.Run(default(Loop), call.InputType(0), call);

    private readonly struct Loop : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
        {
            bool ofLeft = call.Attributes.Int("fmod", 0) != 0;
            ReadOnlySpan<T> a = call.Input<T>(0), b = call.Input<T>(1);
            Span<T> y = call.Output<T>(0);
            (int[] left, int[] right) = BroadcastWalk.Offsets(call.InputShape(0), call.InputShape(1), call.OutputShape(0));
            for (int i = 0; i < y.Length; i++)
            {
                T divisor = b[right[i]];
                if (NumberTypes.Whole.Contains(call.InputType(0)))
                {
                    if (divisor == T.Zero) { throw new QuantizationException($"{call.Node} divides an integer by 0; expected another divisor."); }
                    // The smallest integer has no quotient by −1; its rest is 0.
                    if (T.IsNegative(divisor) && divisor == -T.One) { y[i] = T.Zero; continue; }
                }
                T rest = a[left[i]] % divisor;
                y[i] = !ofLeft && rest != T.Zero && T.IsNegative(rest) != T.IsNegative(divisor) ? rest + divisor : rest;
            }
        }
    }
}
