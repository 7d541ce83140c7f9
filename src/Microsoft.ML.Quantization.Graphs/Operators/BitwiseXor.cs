using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The bits that exactly one has, with NumPy broadcasting. ONNX BitwiseXor, opset 18 to 28, for whole numbers.</summary>
internal sealed class BitwiseXor() : WholeOperator<BitwiseXor.Bits>(new("BitwiseXor", 18, 2, 2))
{
    protected override Bits Function(Node node) => default;

    internal readonly struct Bits : IBitFunction
    {
        public T Value<T>(T left, T right) where T : struct, IBinaryInteger<T> => left ^ right;
    }
}
