using System.Diagnostics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>What the first convolution of a process pays for writing its machine code. To be asked before anything else is emitted.</summary>
internal static class EmissionTime
{
    /// <summary>Milliseconds for the tiles of every height of the widest panel, the assembler's own compilation included; null without emitted code.</summary>
    public static double? First()
    {
        if (!Avx512Vnni.IsSupported) { return null; }
        long start = Stopwatch.GetTimestamp();
        TileKernels tiles = TileKernels.Of(TileShape.MaxVectors, TileInput.Codes, OutputKind.Codes);
        for (int rows = 1; rows <= tiles.MaxRows; rows++) { _ = tiles[rows]; }
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
