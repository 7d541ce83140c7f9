using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The natural logarithm of the sum over some axes. ONNX ReduceLogSum, opset 9 to 28 (axes become an input).</summary>
internal sealed class ReduceLogSum() : ReduceOperator<ReduceLogSum.Reduction>(new("ReduceLogSum", 9, 1, 2), StaysFloat)
{
    internal readonly struct Reduction : IReduction
    {
        public static float Of(Engine engine, Span<float> elements) => FloatMath.Log(engine.Sum(elements));

        public static T Of<T>(ReadOnlySpan<T> elements) where T : struct, INumber<T> =>
            T.CreateTruncating(FloatMath.WideLog(double.CreateTruncating(ReduceSum.Reduction.Of(elements))));
    }
}
