using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Turns offsets into pointers, and evenly spaced ones without offsets.</summary>
internal static unsafe class RowPointers
{
    /// <summary>rows[i] = offsets[i] &lt; 0 ? zero : image + offsets[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(byte** rows, int* offsets, int count, byte* image, byte* zero)
    {
        Vector256<long> start = Vector256.Create((long)image), outside = Vector256.Create((long)zero);
        int i = 0;
        for (; i <= count - 4; i += 4)
        {
            Vector256<long> offset = Vector256.WidenLower(Vector128.Load(offsets + i).ToVector256Unsafe());
            Vector256.ConditionalSelect(Vector256.LessThan(offset, Vector256<long>.Zero), outside, start + offset).Store((long*)(rows + i));
        }
        for (; i < count; i++) { rows[i] = offsets[i] < 0 ? zero : image + offsets[i]; }
    }

    /// <summary>rows[i] = start + i · step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(byte** rows, int count, byte* start, nint step)
    {
        Vector256<long> next = Vector256.Create((long)start) + Vector256.Create(0L, step, 2 * step, 3 * step), four = Vector256.Create(4L * step);
        int i = 0;
        for (; i <= count - 4; i += 4, next += four) { next.Store((long*)(rows + i)); }
        for (; i < count; i++) { rows[i] = start + i * step; }
    }
}
