using System.Diagnostics;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Times candidates that take turns, so that a drifting clock or a busy neighbour meets them all.</summary>
internal static class Rounds
{
    private const int Turns = 15, QuickTurns = 7, Parts = 5, Warmings = 3;

    private const double RestingShare = 0.1;

    // Runtimes let their threads spin for tens of milliseconds after the last call; threads that slept are some milliseconds without a processor of their own.
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(4), s_longestSpin = TimeSpan.FromMilliseconds(300), s_together = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(4), s_quickTurn = TimeSpan.FromMilliseconds(1.5), s_warm = TimeSpan.FromMilliseconds(20), s_compile = TimeSpan.FromMilliseconds(130);

    /// <summary>[round][candidate] milliseconds of one call: the least of several parts of a turn, since a busy neighbour only ever adds.</summary>
    /// <param name="quick">Fewer and shorter turns.</param>
    /// <param name="ofThread">Whether candidates work on the calling thread alone and its processor time counts; else the time that passes.</param>
    /// <param name="candidates">What to time.</param>
    public static double[][] Run(bool quick, bool ofThread, params ReadOnlySpan<Action> candidates)
    {
        int[] calls = new int[candidates.Length];
        for (int i = 0; i < candidates.Length; i++) { calls[i] = Calls(candidates[i], ofThread, !ofThread ? s_together : quick ? s_quickTurn : s_turn); }
        return Turned(quick ? QuickTurns : Turns, ofThread, calls, candidates);
    }

    private static double[][] Turned(int turns, bool ofThread, int[] calls, ReadOnlySpan<Action> candidates)
    {
        double[][] rounds = new double[turns][];
        for (int round = 0; round < rounds.Length; round++)
        {
            rounds[round] = new double[candidates.Length];
            for (int i = 0; i < candidates.Length; i++)
            {
                // The other candidate has left its own data in the caches, and its threads may still be awake.
                if (ofThread) { candidates[i](); } else { Gather(candidates[i]); }
                rounds[round][i] = Least(candidates[i], ofThread, calls[i]);
            }
        }
        return rounds;
    }

    /// <summary>The same, quick and of this thread, for candidates that the runtime has nothing more to do about.</summary>
    public static double[][] RunCompiled(params ReadOnlySpan<Action> candidates)
    {
        int[] calls = new int[candidates.Length];
        for (int i = 0; i < candidates.Length; i++)
        {
            candidates[i]();
            calls[i] = Math.Max(1, (int)(s_quickTurn.TotalMilliseconds / Time(candidates[i], true, 2)));
        }
        return Turned(QuickTurns, true, calls, candidates);
    }

    /// <summary>The middle value.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static int Calls(Action candidate, bool ofThread, TimeSpan turn)
    {
        int warm = 0;
        for (int time = 0; time < Warmings; time++)
        {
            long start = Stopwatch.GetTimestamp();
            for (warm = 0; warm < 2 || Stopwatch.GetElapsedTime(start) < s_warm; warm++) { candidate(); }
            // The runtime compiles well-used methods anew once nothing new has been called for 100 ms; on one busy processor it needs a pause.
            Thread.Sleep(s_compile);
        }
        double once = Time(candidate, ofThread, Math.Max(1, warm / 10));
        return Math.Max(1, (int)(turn.TotalMilliseconds / once));
    }

    private static double Least(Action candidate, bool ofThread, int calls)
    {
        double least = double.MaxValue;
        for (int part = 0; part < Math.Min(Parts, calls); part++) { least = Math.Min(least, Time(candidate, ofThread, Math.Max(1, calls / Parts))); }
        return least;
    }

    // Waits until nothing of this process runs, then runs the candidate until its threads are awake and apart.
    private static void Gather(Action candidate)
    {
        using var process = Process.GetCurrentProcess();
        long start = Stopwatch.GetTimestamp();
        TimeSpan before, used;
        do
        {
            process.Refresh();
            before = process.TotalProcessorTime;
            Thread.Sleep(s_look);
            process.Refresh();
            used = process.TotalProcessorTime - before;
        }
        while (used > s_look * RestingShare && Stopwatch.GetElapsedTime(start) < s_longestSpin);
        start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < s_together) { candidate(); }
    }

    private static double Time(Action candidate, bool ofThread, int calls)
    {
        double start = Now(ofThread);
        for (int i = 0; i < calls; i++) { candidate(); }
        return (Now(ofThread) - start) / calls;
    }

    private static double Now(bool ofThread) => ofThread ? ThreadClock.Milliseconds : Stopwatch.GetTimestamp() * 1e3 / Stopwatch.Frequency;
}
