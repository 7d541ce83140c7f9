using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = −1, 0 or 1: the sign of x. ONNX Sign, opset 9 to 28, for all numbers.</summary>
internal sealed class Sign() : NumberOperator<Sign.Curve>(new("Sign", 9, 1, 1))
{
    internal readonly struct Curve : INumberFunction
    {
        public float Value(float x) => float.IsNaN(x) ? x : x > 0f ? 1f : x < 0f ? -1f : 0f;

        public static T Of<T>(T x) where T : struct, INumber<T> => x > T.Zero ? T.One : x < T.Zero ? -T.One : T.IsNaN(x) ? x : T.Zero;
    }
}
