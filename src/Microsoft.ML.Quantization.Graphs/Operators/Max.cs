using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The largest; NaN wins, element by element, with NumPy broadcasting. ONNX Max, opset 9 to 28, for all numbers.</summary>
internal sealed class Max() : VariadicOperator<Max.Fold>(new("Max", 9, 1, int.MaxValue))
{
    internal readonly struct Fold : IFold
    {
        public static T Value<T>(T folded, T next) where T : struct, INumber<T> => T.Max(folded, next);

        public static T Finish<T>(T folded, int count) where T : struct, INumber<T> => folded;
    }
}
