using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The square root of the sum of squares over some axes. ONNX ReduceL2, opset 9 to 28 (axes become an input).</summary>
internal sealed class ReduceL2() : ReduceOperator<ReduceL2.Reduction>(new("ReduceL2", 9, 1, 2), StaysFloat)
{
    internal readonly struct Reduction : IReduction
    {
        public static float Of(Engine engine, Span<float> elements) => MathF.Sqrt(ReduceSumSquare.Reduction.Of(engine, elements));

        public static T Of<T>(ReadOnlySpan<T> elements) where T : struct, INumber<T> =>
            T.CreateTruncating(Math.Sqrt(double.CreateTruncating(ReduceSumSquare.Reduction.Of(elements))));
    }
}
