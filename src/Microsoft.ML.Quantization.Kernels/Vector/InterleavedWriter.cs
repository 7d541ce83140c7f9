using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The output stage of panels of four registers whose sums become codes: no instruction is spent on their order, see <see cref="InterleavedOrder{TDot, TVector}"/>.</summary>
internal static unsafe class InterleavedWriter<TDot, TVector>
    where TDot : struct, IInt8Dot<TVector>
    where TVector : struct
{
    /// <summary>Bytes of the codes of the widest panel. Room for them is made outside of loops: to clear it takes a 512-bit store, which slows 256-bit loops down.</summary>
    public const int LineBytes = 64;

    /// <summary>Codes of one panel for each row.</summary>
    /// <param name="sums">[rows, 4 · Lanes].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns to write.</param>
    /// <param name="multipliers">[4 · Lanes].</param>
    /// <param name="outputs">Where each row's pixel starts.</param>
    /// <param name="offset">Bytes from there to the first column.</param>
    /// <param name="limits">The limits of the codes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Rows(int* sums, int rows, int columns, float* multipliers, byte** outputs, nint offset, in CodeLimits limits)
    {
        int lanes = TDot.Lanes;
        byte* line = stackalloc byte[LineBytes];
        CodeRange<TVector> range = TDot.Range(limits);
        for (int row = 0; row < rows; row++, sums += 4 * lanes)
        {
            Store(outputs[row] + offset, columns, TDot.Load(sums), TDot.Load(sums + lanes), TDot.Load(sums + 2 * lanes), TDot.Load(sums + 3 * lanes), multipliers, range, line);
        }
    }

    /// <summary>Codes of the first columns of one row; <paramref name="line"/> is room for <see cref="LineBytes"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* destination, int columns, TVector v0, TVector v1, TVector v2, TVector v3, float* multipliers, CodeRange<TVector> range, byte* line)
    {
        if (columns == 4 * TDot.Lanes)
        {
            TDot.StoreCodes(destination, v0, v1, v2, v3, multipliers, range);
            return;
        }
        TDot.StoreCodes(line, v0, v1, v2, v3, multipliers, range);
        PartialStore.Bytes(line, destination, columns);
    }
}
