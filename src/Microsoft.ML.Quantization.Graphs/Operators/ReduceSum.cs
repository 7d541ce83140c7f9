using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The sum over some axes. ONNX ReduceSum, opset 9 to 28 (axes become an input).</summary>
internal sealed class ReduceSum() : ReduceOperator<ReduceSum.Reduction>(new("ReduceSum", 9, 1, 2), StaysFloat)
{
    internal readonly struct Reduction : IReduction
    {
        public static float Of(Engine engine, Span<float> elements) => engine.Sum(elements);

        public static bool OfColumns(Engine engine, ReadOnlySpan<float> x, Span<float> y, Span<float> scratch)
        {
            ColumnSums.Run(engine, x, y, scratch);
            return true;
        }

        public static T Of<T>(ReadOnlySpan<T> elements) where T : struct, INumber<T>
        {
            T sum = T.Zero;
            foreach (T element in elements) { sum += element; }
            return sum;
        }
    }
}
