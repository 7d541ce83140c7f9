using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Copies the taps of one window side by side.</summary>
internal static unsafe class WindowGather
{
    /// <summary>Bytes that may be written after a window and read after a run.</summary>
    public const int Slack = 16;

    /// <param name="table">The gathered table.</param>
    /// <param name="pixel">First output pixel.</param>
    /// <param name="count">Output pixels, one window for each.</param>
    /// <param name="image">The input image.</param>
    /// <param name="pixelBytes">Bytes of one input pixel.</param>
    /// <param name="zero">What a tap outside the image reads.</param>
    /// <param name="destination">count · taps · pixelBytes bytes and <see cref="Slack"/>, written in ascending order.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(PhaseTable table, int pixel, int count, byte* image, int pixelBytes, byte* zero, byte* destination)
    {
        int runTaps = table.RunTaps, runBytes = runTaps * pixelBytes, runsInWindow = table.Taps / runTaps;
        fixed (int* runs = table.Runs, taps = table.Offsets)
        {
            int* run = runs + pixel * runsInWindow, end = run + count * runsInWindow, tap = taps + pixel * table.Taps;
            for (; run < end; run++, tap += runTaps, destination += runBytes)
            {
                if (*run >= 0)
                {
                    byte* source = image + *run;
                    int i = 0;
                    do { Vector128.Load(source + i).Store(destination + i); } while ((i += Slack) < runBytes);
                    continue;
                }
                byte* to = destination;
                for (int t = 0; t < runTaps; t++, to += pixelBytes)
                {
                    byte* source = tap[t] < 0 ? zero : image + tap[t];
                    int i = 0;
                    do { Vector128.Load(source + i).Store(to + i); } while ((i += Slack) < pixelBytes);
                }
            }
        }
    }
}
