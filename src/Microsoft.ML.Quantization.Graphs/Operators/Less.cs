using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>a &lt; b: whether a is below b, with NumPy broadcasting; never for NaN. ONNX Less, opset 9 to 28, for all numbers.</summary>
internal sealed class Less() : ComparisonOperator<Less.Test>(new("Less", 9, 2, 2))
{
    internal readonly struct Test : IComparison
    {
        public static bool Value<T>(T left, T right) where T : struct, INumber<T> => left < right;
    }
}
