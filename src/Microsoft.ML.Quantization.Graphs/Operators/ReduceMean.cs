using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The mean over some axes. ONNX ReduceMean, opset 9 to 28 (axes become an input).</summary>
internal sealed class ReduceMean() : ReduceOperator<ReduceMean.Reduction>(new("ReduceMean", 9, 1, 2), new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index > 0 })
{
    internal readonly struct Reduction : IReduction
    {
        public static float Of(Engine engine, Span<float> elements) => engine.Sum(elements) / elements.Length;

        public static bool OfColumns(Engine engine, ReadOnlySpan<float> x, Span<float> y, Span<float> scratch)
        {
            ColumnSums.Run(engine, x, y, scratch);
            float rows = x.Length / y.Length;
            foreach (ref float sum in y) { sum /= rows; }
            return true;
        }

        public static T Of<T>(ReadOnlySpan<T> elements) where T : struct, INumber<T>
        {
            T sum = T.Zero;
            foreach (T element in elements) { sum += element; }
            return sum / T.CreateTruncating(elements.Length);
        }
    }
}
