using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Tiles of 16 rows of 64 bytes with tdpbusd. .NET has no class for these instructions either.</summary>
internal static unsafe partial class AmxInt8
{
    private const int ExtendedFeatures = 7, TileBits = 1 << 24 | 1 << 25; // AMX-TILE, AMX-INT8
    private const long ArchPrctl = 158, RequestPermission = 0x1023, TileData = 18;

    /// <summary>Whether the processor has them and the system gives this process the registers. Linux wants to be asked; asked once.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && Avx512Vnni.IsSupported
        && ((uint)X86Base.CpuId(ExtendedFeatures, 0).Edx & TileBits) == TileBits
        && syscall(ArchPrctl, RequestPermission, TileData) == 0;

    [LibraryImport("libc")]
    private static partial long syscall(long number, long first, long second);
}
