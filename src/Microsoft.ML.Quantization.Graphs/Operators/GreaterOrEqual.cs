using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>a &gt;= b: whether a is at least b, with NumPy broadcasting; never for NaN. ONNX GreaterOrEqual, opset 12 to 28, for all numbers.</summary>
internal sealed class GreaterOrEqual() : ComparisonOperator<GreaterOrEqual.Test>(new("GreaterOrEqual", 12, 2, 2))
{
    internal readonly struct Test : IComparison
    {
        public static bool Value<T>(T left, T right) where T : struct, INumber<T> => left >= right;
    }
}
