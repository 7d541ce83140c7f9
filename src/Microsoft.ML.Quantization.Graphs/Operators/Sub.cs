using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = a − b, with NumPy broadcasting. ONNX Sub, opset 9 to 28. Stays float, as in PyTorch.</summary>
internal sealed class Sub() : BinaryOperator<Sub.Difference>(new("Sub", 9, 2, 2), OperatorTraits.None)
{
    internal readonly struct Difference : IBinaryFunction
    {
        public static T Value<T>(T left, T right) where T : struct, System.Numerics.INumber<T> => left - right;

        public static void Apply(Engine engine, ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> y) => engine.Subtract(left, right, y);
    }
}
