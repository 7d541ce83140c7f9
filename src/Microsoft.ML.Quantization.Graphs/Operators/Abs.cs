using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = |x|. ONNX Abs, opset 9 to 28, for all numbers.</summary>
internal sealed class Abs() : NumberOperator<Abs.Curve>(new("Abs", 9, 1, 1))
{
    internal readonly struct Curve : INumberFunction
    {
        public float Value(float x) => MathF.Abs(x);

        public static T Of<T>(T x) where T : struct, INumber<T> => x == T.Zero ? T.Zero : T.IsNegative(x) ? unchecked(T.Zero - x) : x;
    }
}
