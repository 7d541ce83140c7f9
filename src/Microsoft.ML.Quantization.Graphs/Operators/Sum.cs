using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The sum, from the first to the last, element by element, with NumPy broadcasting. ONNX Sum, opset 9 to 28, for all numbers.</summary>
internal sealed class Sum() : VariadicOperator<Sum.Fold>(new("Sum", 9, 1, int.MaxValue))
{
    internal readonly struct Fold : IFold
    {
        public static T Value<T>(T folded, T next) where T : struct, INumber<T> => folded + next;

        public static T Finish<T>(T folded, int count) where T : struct, INumber<T> => folded;
    }
}
