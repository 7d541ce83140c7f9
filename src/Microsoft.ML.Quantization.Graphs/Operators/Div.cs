using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = a / b, with NumPy broadcasting; integers round towards 0. ONNX Div, opset 9 to 28. Stays float, as in PyTorch.</summary>
internal sealed class Div() : BinaryOperator<Div.Quotient>(new("Div", 9, 2, 2), OperatorTraits.None)
{
    internal readonly struct Quotient : IBinaryFunction
    {
        public static T Value<T>(T left, T right) where T : struct, System.Numerics.INumber<T>
        {
            // −left instead of left / −1: the smallest integer has no quotient by −1. Floats never take these branches.
            if (typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half)) { return left / right; }
            if (right == T.Zero) { throw new QuantizationException("Div divides an integer by 0; expected another divisor. Check the sizes the model computes."); }
            return T.IsNegative(right) && right == -T.One ? T.Zero - left : left / right;
        }

        public static void Apply(Engine engine, ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> y) => engine.Divide(left, right, y);
    }
}
