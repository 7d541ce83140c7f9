using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The largest element over some axes; NaN wins. Of no element it is the smallest there is. ONNX ReduceMax, opset 9 to 28 (axes become an input).</summary>
internal sealed class ReduceMax() : ReduceOperator<ReduceMax.Reduction>(new("ReduceMax", 9, 1, 2), StaysFloat)
{
    internal readonly struct Reduction : IReduction
    {
        public static float Of(Engine engine, Span<float> elements)
        {
            float best = float.NegativeInfinity;
            foreach (float element in elements) { best = MathF.Max(best, element); }
            return best;
        }

        public static T Of<T>(ReadOnlySpan<T> elements) where T : struct, INumber<T>
        {
            if (elements.IsEmpty) { return Neutral<T>(); }
            T best = elements[0];
            foreach (T element in elements) { best = T.Max(best, element); }
            return best;
        }

        private static T Neutral<T>() where T : struct, INumber<T> => T.CreateSaturating(double.NegativeInfinity);
    }
}
