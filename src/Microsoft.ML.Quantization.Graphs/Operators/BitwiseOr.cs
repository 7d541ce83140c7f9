using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The bits that one or both have, with NumPy broadcasting. ONNX BitwiseOr, opset 18 to 28, for whole numbers.</summary>
internal sealed class BitwiseOr() : WholeOperator<BitwiseOr.Bits>(new("BitwiseOr", 18, 2, 2))
{
    protected override Bits Function(Node node) => default;

    internal readonly struct Bits : IBitFunction
    {
        public T Value<T>(T left, T right) where T : struct, IBinaryInteger<T> => left | right;
    }
}
