using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The smallest; NaN wins, element by element, with NumPy broadcasting. ONNX Min, opset 9 to 28, for all numbers.</summary>
internal sealed class Min() : VariadicOperator<Min.Fold>(new("Min", 9, 1, int.MaxValue))
{
    internal readonly struct Fold : IFold
    {
        public static T Value<T>(T folded, T next) where T : struct, INumber<T> => T.Min(folded, next);

        public static T Finish<T>(T folded, int count) where T : struct, INumber<T> => folded;
    }
}
