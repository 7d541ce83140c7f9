using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>
/// Time that this thread spent on a processor, so that work of one thread can be compared while others use the machine. Elsewhere than
/// on Linux the time that passed.
/// </summary>
internal static unsafe partial class ThreadClock
{
    private const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID
    private const double MillisecondsInSecond = 1e3, NanosecondsInMillisecond = 1e6;

    /// <summary>Milliseconds since some moment.</summary>
    public static double Milliseconds
    {
        get
        {
            if (!OperatingSystem.IsLinux()) { return Stopwatch.GetTimestamp() * MillisecondsInSecond / Stopwatch.Frequency; }
            long* time = stackalloc long[2];
            _ = clock_gettime(ThreadProcessorTime, time);
            return time[0] * MillisecondsInSecond + time[1] / NanosecondsInMillisecond;
        }
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, long* time);
}
