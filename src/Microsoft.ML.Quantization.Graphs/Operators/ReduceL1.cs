using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The sum of magnitudes over some axes. ONNX ReduceL1, opset 9 to 28 (axes become an input).</summary>
internal sealed class ReduceL1() : ReduceOperator<ReduceL1.Reduction>(new("ReduceL1", 9, 1, 2), StaysFloat)
{
    internal readonly struct Reduction : IReduction
    {
        public static float Of(Engine engine, Span<float> elements)
        {
            foreach (ref float element in elements) { element = MathF.Abs(element); }
            return engine.Sum(elements);
        }

        public static T Of<T>(ReadOnlySpan<T> elements) where T : struct, INumber<T>
        {
            T sum = T.Zero;
            foreach (T element in elements) { sum += T.Abs(element); }
            return sum;
        }
    }
}
