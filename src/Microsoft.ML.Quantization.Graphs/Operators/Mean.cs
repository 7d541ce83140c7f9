using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The mean: the sum from the first to the last, divided once, element by element, with NumPy broadcasting. ONNX Mean, opset 9 to 28, for all numbers.</summary>
internal sealed class Mean() : VariadicOperator<Mean.Fold>(new("Mean", 9, 1, int.MaxValue))
{
    internal readonly struct Fold : IFold
    {
        public static T Value<T>(T folded, T next) where T : struct, INumber<T> => folded + next;

        public static T Finish<T>(T folded, int count) where T : struct, INumber<T> => folded / T.CreateTruncating(count);
    }
}
