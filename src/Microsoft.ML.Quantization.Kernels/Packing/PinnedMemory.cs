namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Zeroed memory that never moves and starts at a cache line. Lives as long as this object.</summary>
internal sealed unsafe class PinnedMemory
{
    private const int Line = 64;

    // The array keeps the memory alive; the pointer is what kernels use.
    private readonly byte[] _owner;

    /// <exception cref="QuantizationException">More bytes than one array can hold.</exception>
    public PinnedMemory(long bytes)
    {
        if (bytes > Array.MaxLength - Line) { throw new QuantizationException($"Packed weights of {bytes} bytes; expected less than {Array.MaxLength - Line}. Split the layer."); }
        _owner = GC.AllocateArray<byte>((int)bytes + Line, pinned: true);
        byte* start = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _owner[0]);
        Pointer = start + (Line - (nint)start % Line) % Line;
    }

    /// <summary>The first byte.</summary>
    public byte* Pointer { get; }
}
