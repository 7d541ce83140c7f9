using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = −x. ONNX Neg, opset 9 to 28, for all numbers.</summary>
internal sealed class Neg() : NumberOperator<Neg.Curve>(new("Neg", 9, 1, 1))
{
    internal readonly struct Curve : INumberFunction
    {
        public float Value(float x) => -x;

        public static T Of<T>(T x) where T : struct, INumber<T> => unchecked(-x);
    }
}
