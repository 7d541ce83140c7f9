using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The product over some axes, from the first element to the last. ONNX ReduceProd, opset 9 to 28 (axes become an input).</summary>
internal sealed class ReduceProd() : ReduceOperator<ReduceProd.Reduction>(new("ReduceProd", 9, 1, 2), StaysFloat)
{
    internal readonly struct Reduction : IReduction
    {
        public static float Of(Engine engine, Span<float> elements) => Of<float>(elements);

        public static T Of<T>(ReadOnlySpan<T> elements) where T : struct, INumber<T>
        {
            T product = T.One;
            foreach (T element in elements) { product *= element; }
            return product;
        }
    }
}
