using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The sum of squares over some axes. ONNX ReduceSumSquare, opset 9 to 28 (axes become an input).</summary>
internal sealed class ReduceSumSquare() : ReduceOperator<ReduceSumSquare.Reduction>(new("ReduceSumSquare", 9, 1, 2), StaysFloat)
{
    internal readonly struct Reduction : IReduction
    {
        public static float Of(Engine engine, Span<float> elements)
        {
            foreach (ref float element in elements) { element *= element; }
            return engine.Sum(elements);
        }

        public static T Of<T>(ReadOnlySpan<T> elements) where T : struct, INumber<T>
        {
            T sum = T.Zero;
            foreach (T element in elements) { sum += element * element; }
            return sum;
        }
    }
}
