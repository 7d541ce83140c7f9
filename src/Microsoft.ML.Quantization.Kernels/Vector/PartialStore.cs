using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Stores the first bytes of a register. Without a call, which would spill every register of the loop around it.</summary>
internal static unsafe class PartialStore
{
    /// <summary>Copies floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Floats(float* source, float* destination, int count)
    {
        for (; count >= 8; count -= 8, source += 8, destination += 8) { Vector256.Load(source).Store(destination); }
        for (; count > 0; count--) { *destination++ = *source++; }
    }

    /// <summary>Copies bytes of which the next multiple of 16 can be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Bytes(byte* source, byte* destination, int count)
    {
        for (; count >= 16; count -= 16, source += 16, destination += 16) { Vector128.Load(source).Store(destination); }
        Columns(Vector128.Load(source), destination, count);
    }

    /// <summary>The first <paramref name="count"/> bytes, 0 to 31.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(Vector256<byte> values, byte* destination, int count)
    {
        if ((count & 16) != 0)
        {
            values.GetLower().Store(destination);
            Columns(values.GetUpper(), destination + 16, count - 16);
        }
        else
        {
            Columns(values.GetLower(), destination, count);
        }
    }

    /// <summary>The first <paramref name="count"/> bytes, 0 to 15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(Vector128<byte> values, byte* destination, int count)
    {
        ulong rest = values.AsUInt64().GetElement(0);
        if ((count & 8) != 0)
        {
            Unsafe.WriteUnaligned(destination, rest);
            rest = values.AsUInt64().GetElement(1);
            destination += 8;
        }
        if ((count & 4) != 0)
        {
            Unsafe.WriteUnaligned(destination, (uint)rest);
            rest >>= 32;
            destination += 4;
        }
        if ((count & 2) != 0)
        {
            Unsafe.WriteUnaligned(destination, (ushort)rest);
            rest >>= 16;
            destination += 2;
        }
        if ((count & 1) != 0) { *destination = (byte)rest; }
    }
}
