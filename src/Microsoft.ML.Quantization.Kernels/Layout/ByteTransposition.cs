using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Transposes matrices of bytes: blocks of 8 × 8 by three rounds of exchanged parts of 64-bit words, several words of a register at once, and two to four rows or columns by
/// choosing bytes. Blocks at the ends overlap their neighbours and write the same bytes twice.
/// </summary>
internal static unsafe class ByteTransposition
{
    private const int Block = 8, Word = 16, MostFew = 4;

    /// <summary>Whether matrices of these sizes are for it.</summary>
    public static bool Fits(nint rows, nint columns) => (rows >= Block && columns >= Block) || (rows <= MostFew && columns >= Word) || (columns <= MostFew && rows >= Word);

    /// <summary>destination[column, row] = source[row, column], for sizes that fit.</summary>
    public static void Run(byte* source, byte* destination, nint rows, nint columns)
    {
        if (rows <= MostFew) { Interleave(source, destination, (int)rows, columns); }
        else if (columns <= MostFew) { Separate(source, destination, rows, (int)columns); }
        else { Blocks(source, destination, rows, columns); }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blocks(byte* source, byte* destination, nint rows, nint columns)
    {
        nint wide = Vector256<byte>.Count;
        for (nint row = 0; ; row = Math.Min(row + Block, rows - Block))
        {
            byte* from = source + row * columns, to = destination + row;
            nint column = 0;
            for (; column <= columns - wide; column += wide) { Wide(from + column, to + column * rows, columns, rows); }
            if (column < columns && columns >= wide) { Wide(from + columns - wide, to + (columns - wide) * rows, columns, rows); }
            else
            {
                for (; column < columns; column += Block)
                {
                    nint at = Math.Min(column, columns - Block);
                    Narrow(from + at, to + at * rows, columns, rows);
                }
            }
            if (row == rows - Block) { return; }
        }
    }

    /// <summary>8 rows of 32 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Wide(byte* from, byte* to, nint columns, nint rows)
    {
        Vector256<ulong> r0 = Row(from, 0), r1 = Row(from, columns), r2 = Row(from, 2 * columns), r3 = Row(from, 3 * columns);
        Vector256<ulong> r4 = Row(from, 4 * columns), r5 = Row(from, 5 * columns), r6 = Row(from, 6 * columns), r7 = Row(from, 7 * columns);
        Vector256<ulong> bytes = Vector256.Create(0x00FF00FF00FF00FFul), words = Vector256.Create(0x0000FFFF0000FFFFul), halves = Vector256.Create(0x00000000FFFFFFFFul);
        Exchange(ref r0, ref r1, 8, bytes);
        Exchange(ref r2, ref r3, 8, bytes);
        Exchange(ref r4, ref r5, 8, bytes);
        Exchange(ref r6, ref r7, 8, bytes);
        Exchange(ref r0, ref r2, 16, words);
        Exchange(ref r1, ref r3, 16, words);
        Exchange(ref r4, ref r6, 16, words);
        Exchange(ref r5, ref r7, 16, words);
        Exchange(ref r0, ref r4, 32, halves);
        Exchange(ref r1, ref r5, 32, halves);
        Exchange(ref r2, ref r6, 32, halves);
        Exchange(ref r3, ref r7, 32, halves);
        Columns(r0, to, rows);
        Columns(r1, to + rows, rows);
        Columns(r2, to + 2 * rows, rows);
        Columns(r3, to + 3 * rows, rows);
        Columns(r4, to + 4 * rows, rows);
        Columns(r5, to + 5 * rows, rows);
        Columns(r6, to + 6 * rows, rows);
        Columns(r7, to + 7 * rows, rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Row(byte* from, nint offset) => Vector256.Load((ulong*)(from + offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exchange(ref Vector256<ulong> low, ref Vector256<ulong> high, int bits, Vector256<ulong> mask)
    {
        Vector256<ulong> differing = ((low >>> bits) ^ high) & mask;
        low ^= differing << bits;
        high ^= differing;
    }

    // A word of the register belongs to every eighth column.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns(Vector256<ulong> words, byte* to, nint rows)
    {
        *(ulong*)to = words.GetElement(0);
        *(ulong*)(to + Block * rows) = words.GetElement(1);
        *(ulong*)(to + 2 * Block * rows) = words.GetElement(2);
        *(ulong*)(to + 3 * Block * rows) = words.GetElement(3);
    }

    /// <summary>8 rows of 8 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow(byte* from, byte* to, nint columns, nint rows)
    {
        ulong* r = stackalloc ulong[Block];
        for (int row = 0; row < Block; row++) { r[row] = *(ulong*)(from + row * columns); }
        for (int row = 0; row < Block; row += 2) { Exchange(r + row, r + row + 1, 8, 0x00FF00FF00FF00FF); }
        for (int row = 0; row < Block; row += row % 2 == 0 ? 1 : 3) { Exchange(r + row, r + row + 2, 16, 0x0000FFFF0000FFFF); }
        for (int row = 0; row < Block / 2; row++) { Exchange(r + row, r + row + 4, 32, 0x00000000FFFFFFFF); }
        for (int row = 0; row < Block; row++) { *(ulong*)(to + row * rows) = r[row]; }
    }

    private static void Exchange(ulong* low, ulong* high, int bits, ulong mask)
    {
        ulong differing = ((*low >> bits) ^ *high) & mask;
        *low ^= differing << bits;
        *high ^= differing;
    }

    /// <summary>Up to four rows become neighbours: each 16 bytes of the result take bytes of 16 columns of each row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Interleave(byte* source, byte* destination, int rows, nint columns)
    {
        byte* choices = stackalloc byte[MostFew * MostFew * Word];
        for (int i = 0; i < rows * rows * Word; i++)
        {
            int place = i / Word % rows * Word + i % Word, row = i / (Word * rows);
            choices[i] = place % rows == row ? (byte)(place / rows) : byte.MaxValue;
        }
        for (nint column = 0; column < columns; column += Word)
        {
            nint at = Math.Min(column, columns - Word);
            for (int part = 0; part < rows; part++)
            {
                Vector128<byte> bytes = default;
                for (int row = 0; row < rows; row++) { bytes |= Vector128.Shuffle(Vector128.Load(source + row * columns + at), Vector128.Load(choices + (row * rows + part) * Word)); }
                bytes.Store(destination + at * rows + part * Word);
            }
        }
    }

    /// <summary>Up to four columns become rows of their own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Separate(byte* source, byte* destination, nint rows, int columns)
    {
        byte* choices = stackalloc byte[MostFew * MostFew * Word];
        for (int i = 0; i < columns * columns * Word; i++)
        {
            int column = i / (Word * columns), part = i / Word % columns, place = i % Word * columns + column - part * Word;
            choices[i] = place is >= 0 and < Word ? (byte)place : byte.MaxValue;
        }
        for (nint row = 0; row < rows; row += Word)
        {
            nint at = Math.Min(row, rows - Word);
            for (int column = 0; column < columns; column++)
            {
                Vector128<byte> bytes = default;
                for (int part = 0; part < columns; part++) { bytes |= Vector128.Shuffle(Vector128.Load(source + at * columns + part * Word), Vector128.Load(choices + (column * columns + part) * Word)); }
                bytes.Store(destination + column * rows + at);
            }
        }
    }
}
