using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>a · 2ᵇ without the bits that leave the type, or ⌊a / 2ᵇ⌋, by <c>direction</c>, with NumPy broadcasting. ONNX BitShift, opset 11 to 28, for unsigned numbers.</summary>
internal sealed class BitShift() : WholeOperator<BitShift.Shift>(new("BitShift", 11, 2, 2))
{
    public override ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        site.Input(0, ElementType.UInt8, ElementType.UInt16, ElementType.UInt32, ElementType.UInt64);
        string direction = site.Attributes.String("direction");
        if (direction is not ("LEFT" or "RIGHT")) { throw site.Refuse($"direction is '{direction}'; expected LEFT or RIGHT"); }
        return base.Infer(site);
    }

    protected override Shift Function(Node node) => new(node.Attributes.String("direction") == "LEFT");

    internal readonly record struct Shift(bool Left) : IBitFunction
    {
        public T Value<T>(T left, T right) where T : struct, IBinaryInteger<T>
        {
            int bits = int.CreateSaturating(right), width = int.CreateChecked(T.PopCount(T.AllBitsSet));
            return bits >= width ? T.Zero : Left ? left << bits : left >>> bits;
        }
    }
}
