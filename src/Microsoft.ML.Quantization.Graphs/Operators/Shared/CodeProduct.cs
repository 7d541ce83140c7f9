using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Exact products of two matrices of 8-bit codes that are both known at run time only: <c>Σ_k (a − za)(b − zb)</c>. Parts of the depth are
/// multiplied as floats, in which every partial sum is a whole number below 2²⁴ and so exact in any order; the parts are added in 64 bits.
/// </summary>
internal static class CodeProduct
{
    /// <summary>The deepest part: 258 · 255 · 255 &lt; 2²⁴.</summary>
    public const int Part = 258;

    /// <summary>Floats of scratch memory wanted.</summary>
    public static int ScratchLength(int rows, int depth, int columns)
    {
        int part = Math.Min(depth, Part);
        return checked(Padded(rows * part) + Padded(part * columns) + Padded(rows * columns) + (depth > Part ? 2 * Padded(rows * columns) : 0));
    }

    /// <summary>The sums.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="a">[rows, depth].</param>
    /// <param name="mapA">Signedness and zero point of a; the scale is 1.</param>
    /// <param name="b">[depth, columns].</param>
    /// <param name="mapB">As <paramref name="mapA"/>, of b.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="depth">Terms of each sum.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="scratch">As many floats as <see cref="ScratchLength"/> says.</param>
    /// <param name="whole">The sums as whole numbers, where <paramref name="depth"/> is above <see cref="Part"/>.</param>
    /// <returns>The sums as floats, where it is not.</returns>
    public static ReadOnlySpan<float> Run(Engine engine, ReadOnlySpan<byte> a, CodeParameters mapA, ReadOnlySpan<byte> b, CodeParameters mapB, int rows, int depth, int columns, Span<float> scratch, out ReadOnlySpan<long> whole)
    {
        int most = Math.Min(depth, Part);
        Span<float> left = scratch[..(rows * most)], right = scratch.Slice(Padded(rows * most), most * columns), sums = scratch.Slice(Padded(rows * most) + Padded(most * columns), rows * columns);
        whole = default;
        if (depth <= Part)
        {
            engine.Dequantize(a, left, mapA);
            engine.Dequantize(b, right, mapB);
            engine.MatMul(left, right, sums, rows, depth, columns);
            return sums;
        }
        Span<long> totals = System.Runtime.InteropServices.MemoryMarshal.Cast<float, long>(scratch[(Padded(rows * most) + Padded(most * columns) + Padded(rows * columns))..])[..sums.Length];
        totals.Clear();
        for (int first = 0; first < depth; first += Part)
        {
            int part = Math.Min(Part, depth - first);
            for (int row = 0; row < rows; row++) { engine.Dequantize(a.Slice(row * depth + first, part), left[(row * part)..], mapA); }
            engine.Dequantize(b.Slice(first * columns, part * columns), right, mapB);
            engine.MatMul(left[..(rows * part)], right[..(part * columns)], sums, rows, part, columns);
            for (int i = 0; i < sums.Length; i++) { totals[i] += (long)sums[i]; }
        }
        whole = totals;
        return default;
    }

    /// <summary>The map that gives <c>code − zero point</c>.</summary>
    public static CodeParameters Centered(int zeroPoint, bool signed) => new(1f, zeroPoint, signed);

    private static int Padded(int floats) => (floats + 15) / 16 * 16;
}
