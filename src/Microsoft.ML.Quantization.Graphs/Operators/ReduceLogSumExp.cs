using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>ln Σ eˣ over some axes, as max + ln Σ e^(x − max). ONNX ReduceLogSumExp, opset 9 to 28 (axes become an input).</summary>
internal sealed class ReduceLogSumExp() : ReduceOperator<ReduceLogSumExp.Reduction>(new("ReduceLogSumExp", 9, 1, 2), StaysFloat)
{
    internal readonly struct Reduction : IReduction
    {
        public static float Of(Engine engine, Span<float> elements)
        {
            float largest = ReduceMax.Reduction.Of(engine, elements);
            if (!float.IsFinite(largest)) { return largest; }
            foreach (ref float element in elements) { element = FloatMath.Exp(element - largest); }
            return largest + FloatMath.Log(engine.Sum(elements));
        }

        public static T Of<T>(ReadOnlySpan<T> elements) where T : struct, INumber<T>
        {
            double largest = double.CreateTruncating(ReduceMax.Reduction.Of(elements)), sum = 0.0;
            if (!double.IsFinite(largest)) { return T.CreateTruncating(largest); }
            foreach (T element in elements) { sum += FloatMath.WideExp(double.CreateTruncating(element) - largest); }
            return T.CreateTruncating(largest + FloatMath.WideLog(sum));
        }
    }
}
