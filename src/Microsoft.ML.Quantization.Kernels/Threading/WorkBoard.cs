using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// What the threads of a crew write while they work, each number on cache lines of its own: a thread that waits for one would otherwise take the line from those that
/// write the others. Pairs of lines, because processors fetch the neighbour of a line with it.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 5 * Lines)]
internal struct WorkBoard
{
    private const int Lines = 128;

    /// <summary>The next chunk to be taken.</summary>
    [FieldOffset(Lines)]
    public int Next;

    /// <summary>Workers that may be taking chunks.</summary>
    [FieldOffset(2 * Lines)]
    public int Inside;

    /// <summary>Pieces of work so far: waiting workers watch it.</summary>
    [FieldOffset(3 * Lines)]
    public int Generation;

    /// <summary>Workers that sleep.</summary>
    [FieldOffset(4 * Lines)]
    public int Asleep;
}
