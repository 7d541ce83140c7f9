using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Products of two quantized tensors.</summary>
public static class MatrixProducts
{
    /// <summary>
    /// <c>a · b</c> over the last two axes (PyTorch <c>torch.ops.quantized.matmul</c>): <c>acc = Σ (a − za)(b − zb)</c>,
    /// <c>code = rne(acc · f32(sa · sb / scale)) + zeroPoint</c>.
    /// </summary>
    /// <param name="a">[…, m, k], 8-bit codes with one scale.</param>
    /// <param name="b">[…, k, n], of the same type with one scale. Leading axes are broadcast (PyTorch takes equal ones only).</param>
    /// <param name="scale">Scale of the result.</param>
    /// <param name="zeroPoint">Zero point of the result.</param>
    /// <param name="engine">The engine; all give the same codes.</param>
    /// <returns>[…, m, n].</returns>
    /// <exception cref="QuantizationException">Shapes, types or parameters do not fit, or a sum could overflow 32 bits.</exception>
    public static QuantizedTensor MatMul(QuantizedTensor a, QuantizedTensor b, double scale, int zeroPoint, Engine? engine = null)
    {
        ByteTensors.RequireSameType(a, b);
        (_, _) = (ByteTensors.Map(a), ByteTensors.Map(b));
        if (a.Rank < 2 || b.Rank < 2 || a.Shape[a.Rank - 1] != b.Shape[b.Rank - 2])
        {
            throw new QuantizationException($"MatMul was given {a} and {b}; expected […, m, k] and […, k, n].");
        }
        (int m, int k, int n) = (a.Shape[a.Rank - 2], a.Shape[a.Rank - 1], b.Shape[b.Rank - 1]);
        if (k == 0) { throw new QuantizationException($"MatMul was given {a} and {b}; expected at least one product to sum."); }
        Shape batch = Shape.Broadcast(new(a.Shape.Sizes.AsSpan()[..^2]), new(b.Shape.Sizes.AsSpan()[..^2]));
        QuantizedTensor y = ByteTensors.Create(new([.. batch.Sizes, m, n]), scale, zeroPoint, a.Type);
        if (y.Length == 0) { return y; }
        ReadOnlySpan<byte> left = Broadcast.Bytes(a, new([.. batch.Sizes, m, k]));
        QuantizedTensor weights = b.Expand([.. batch.Sizes, k, n]).Transpose(-1, -2).Contiguous().View(batch.Length, n, k);
        Span<byte> result = ByteTensors.Write(y);
        for (int i = 0; i < batch.Length; i++)
        {
            IntegerProduct product = IntegerProduct.Bind(new(ConvolutionWindow.None, k, n), a, weights.Select(0, i), null, y, relu: false, engine, Rounding.Reciprocal);
            product.Run(left.Slice(i * m * k, m * k), result.Slice(i * m * n, m * n), m, [], []);
        }
        return y;
    }
}
