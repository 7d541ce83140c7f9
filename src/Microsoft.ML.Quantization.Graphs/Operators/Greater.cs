using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>a &gt; b: whether a is above b, with NumPy broadcasting; never for NaN. ONNX Greater, opset 9 to 28, for all numbers.</summary>
internal sealed class Greater() : ComparisonOperator<Greater.Test>(new("Greater", 9, 2, 2))
{
    internal readonly struct Test : IComparison
    {
        public static bool Value<T>(T left, T right) where T : struct, INumber<T> => left > right;
    }
}
