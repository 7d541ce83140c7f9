using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Copies the taps of one window side by side.</summary>
internal static unsafe class WindowGather
{
    /// <summary>Bytes that may be written after a window and read after a run.</summary>
    public const int Slack = 16;

    /// <param name="table">The gathered table.</param>
    /// <param name="pixel">Output pixel.</param>
    /// <param name="image">The input image.</param>
    /// <param name="pixelBytes">Bytes of one input pixel.</param>
    /// <param name="zero">What a tap outside the image reads.</param>
    /// <param name="destination">taps · pixelBytes bytes and <see cref="Slack"/>; written in ascending order, so windows may follow each other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(PhaseTable table, int pixel, byte* image, int pixelBytes, byte* zero, byte* destination)
    {
        int runBytes = table.RunTaps * pixelBytes;
        ReadOnlySpan<int> runs = table.Runs.AsSpan(pixel * (table.Taps / table.RunTaps), table.Taps / table.RunTaps);
        for (int run = 0; run < runs.Length; run++)
        {
            if (runs[run] >= 0)
            {
                byte* source = image + runs[run];
                for (int i = 0; i < runBytes; i += Slack) { Vector128.Load(source + i).Store(destination + i); }
            }
            else
            {
                ReadOnlySpan<int> taps = table.Offsets.AsSpan(pixel * table.Taps + run * table.RunTaps, table.RunTaps);
                for (int tap = 0; tap < taps.Length; tap++)
                {
                    byte* source = taps[tap] < 0 ? zero : image + taps[tap];
                    byte* to = destination + tap * pixelBytes;
                    for (int i = 0; i < pixelBytes; i += Slack) { Vector128.Load(source + i).Store(to + i); }
                }
            }
            destination += runBytes;
        }
    }
}
