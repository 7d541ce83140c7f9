using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>512-bit registers with vpdpbusd. .NET has no class for these instructions, so code that uses them is emitted.</summary>
internal static class Avx512Vnni
{
    private const int ExtendedFeatures = 7, VnniBit = 1 << 11;

    /// <summary>
    /// Whether processor, runtime and system agree: the runtime's own answer for AVX-512 honours <c>DOTNET_EnableAVX512=0</c> and includes
    /// that the system saves the registers.
    /// </summary>
    public static bool IsSupported { get; } = Avx512BW.IsSupported
        && X86Base.X64.IsSupported
        && X86Base.CpuId(0, 0).Eax >= ExtendedFeatures
        && (X86Base.CpuId(ExtendedFeatures, 0).Ecx & VnniBit) != 0
        && CodePages.Allowed;
}
