using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>a = b, with NumPy broadcasting; never for NaN. ONNX Equal, opset 9 to 28, for all numbers and bool.</summary>
internal sealed class Equal() : ComparisonOperator<Equal.Test>(new("Equal", 9, 2, 2), takesBooleans: true)
{
    internal readonly struct Test : IComparison
    {
        public static bool Value<T>(T left, T right) where T : struct, INumber<T> => left == right;
    }
}
