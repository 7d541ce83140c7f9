using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>On which processor the calling thread runs. Linux only: elsewhere nothing is known and nothing is done.</summary>
internal static unsafe partial class Processors
{
    private const int MaskWords = 16, BitsOfWord = 64;

    /// <summary>The processor of the calling thread, or −1.</summary>
    public static int Current => OperatingSystem.IsLinux() ? sched_getcpu() : -1;

    /// <summary>Moves the calling thread away from a processor, if it may run on another. Afterwards it may run where it might before.</summary>
    public static void Leave(int processor)
    {
        ulong* allowed = stackalloc ulong[MaskWords], others = stackalloc ulong[MaskWords];
        const int Bytes = MaskWords * sizeof(ulong);
        if (processor is < 0 or >= MaskWords * BitsOfWord || !OperatingSystem.IsLinux() || sched_getaffinity(0, Bytes, allowed) != 0) { return; }
        new Span<ulong>(allowed, MaskWords).CopyTo(new(others, MaskWords));
        others[processor / BitsOfWord] &= ~(1UL << (processor % BitsOfWord));
        // The system refuses an empty set, and then the thread stays.
        if (sched_setaffinity(0, Bytes, others) == 0) { _ = sched_setaffinity(0, Bytes, allowed); }
    }

    [LibraryImport("libc")]
    private static partial int sched_getcpu();

    [LibraryImport("libc")]
    private static partial int sched_getaffinity(int thread, nuint size, ulong* mask);

    [LibraryImport("libc")]
    private static partial int sched_setaffinity(int thread, nuint size, ulong* mask);
}
