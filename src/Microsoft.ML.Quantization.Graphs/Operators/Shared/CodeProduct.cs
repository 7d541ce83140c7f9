using System.Runtime.InteropServices;
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
        return checked(Padded(rows * part) + Padded(part * columns) + Padded(rows * columns) + Padded(columns) + (depth > Part ? 2 * Padded(rows * columns) : 0));
    }

    /// <summary>The sums.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="a">[rows, depth].</param>
    /// <param name="b">[depth, columns].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="depth">Terms of each sum.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="scratch">As many floats as <see cref="ScratchLength"/> says.</param>
    /// <param name="whole">The sums as whole numbers, where <paramref name="depth"/> is above <see cref="Part"/>.</param>
    /// <returns>The sums as floats, where it is not.</returns>
    public static ReadOnlySpan<float> Run(Engine engine, CodeMatrix a, CodeMatrix b, int rows, int depth, int columns, Span<float> scratch, out ReadOnlySpan<long> whole)
    {
        int most = Math.Min(depth, Part);
        Span<float> left = Take(ref scratch, rows * most), right = Take(ref scratch, most * columns), sums = Take(ref scratch, rows * columns), zeros = Take(ref scratch, columns);
        whole = default;
        if (!b.Each.IsEmpty) { engine.Dequantize(b.Each, zeros, b.Map); }
        if (depth <= Part)
        {
            Multiply(engine, a, b, left, right, sums, zeros, rows, depth, columns, 0, depth);
            return sums;
        }
        Span<long> totals = MemoryMarshal.Cast<float, long>(scratch)[..sums.Length];
        totals.Clear();
        for (int first = 0; first < depth; first += Part)
        {
            int part = Math.Min(Part, depth - first);
            Multiply(engine, a, b, left[..(rows * part)], right[..(part * columns)], sums, zeros, rows, depth, columns, first, part);
            for (int i = 0; i < sums.Length; i++) { totals[i] += (long)sums[i]; }
        }
        whole = totals;
        return default;
    }

    /// <summary>The sums in 32 bits, where a sum that does not fit wraps around as the plain loops do.</summary>
    public static void Store(ReadOnlySpan<float> sums, ReadOnlySpan<long> whole, Span<int> y)
    {
        for (int i = 0; i < y.Length; i++) { y[i] = whole.IsEmpty ? (int)sums[i] : unchecked((int)whole[i]); }
    }

    private static void Multiply(Engine engine, CodeMatrix a, CodeMatrix b, Span<float> left, Span<float> right, Span<float> sums, ReadOnlySpan<float> zeros, int rows, int depth, int columns, int first, int part)
    {
        for (int row = 0; row < rows; row++) { engine.Dequantize(a.Codes.Slice(row * depth + first, part), left[(row * part)..], a.MapOf(row)); }
        engine.Dequantize(b.Codes.Slice(first * columns, part * columns), right, b.Map);
        for (int k = 0; k < part && !b.Each.IsEmpty; k++) { engine.Subtract(right.Slice(k * columns, columns), zeros, right.Slice(k * columns, columns)); }
        engine.MatMul(left, right, sums, rows, part, columns);
    }

    private static Span<float> Take(scoped ref Span<float> scratch, int floats)
    {
        Span<float> taken = scratch[..floats];
        scratch = scratch[Padded(floats)..];
        return taken;
    }

    private static int Padded(int floats) => (floats + 15) / 16 * 16;
}
