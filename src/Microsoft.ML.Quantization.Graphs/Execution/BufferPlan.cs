using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Places buffers in one piece of memory so that those alive at the same time do not overlap.</summary>
internal sealed class BufferPlan
{
    private const int Alignment = 64;

    private readonly List<(long Offset, long End, int LastUse)> _alive = [];

    /// <summary>Bytes in all.</summary>
    public long Size { get; private set; }

    /// <summary>The offset of a buffer written by call <paramref name="firstUse"/> and last read by call <paramref name="lastUse"/>. Ask in the order of first use.</summary>
    public long Place(long bytes, int firstUse, int lastUse)
    {
        long size = (bytes + Engine.ReadSlack + Alignment - 1) / Alignment * Alignment;
        _alive.RemoveAll(buffer => buffer.LastUse < firstUse);
        _alive.Sort();
        long offset = 0;
        foreach ((long start, long end, _) in _alive)
        {
            if (start - offset >= size) { break; }
            offset = Math.Max(offset, end);
        }
        _alive.Add((offset, offset + size, lastUse));
        Size = Math.Max(Size, offset + size);
        return offset;
    }

    /// <summary>Memory for the plan, aligned and not moved by the garbage collector.</summary>
    /// <exception cref="QuantizationException">It would exceed 2 GB.</exception>
    public Memory<byte> Allocate()
    {
        if (Size > int.MaxValue - Alignment)
        {
            throw new QuantizationException($"The buffers of this run need {Size} bytes; expected at most {int.MaxValue}. Use a smaller batch.");
        }
        byte[] memory = GC.AllocateArray<byte>((int)Size + Alignment, pinned: true);
        long address = System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0);
        return memory.AsMemory((int)(-address & (Alignment - 1)), (int)Size);
    }
}
