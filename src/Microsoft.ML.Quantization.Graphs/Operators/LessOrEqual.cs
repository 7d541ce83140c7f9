using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>a &lt;= b: whether a is at most b, with NumPy broadcasting; never for NaN. ONNX LessOrEqual, opset 12 to 28, for all numbers.</summary>
internal sealed class LessOrEqual() : ComparisonOperator<LessOrEqual.Test>(new("LessOrEqual", 12, 2, 2))
{
    internal readonly struct Test : IComparison
    {
        public static bool Value<T>(T left, T right) where T : struct, INumber<T> => left <= right;
    }
}
