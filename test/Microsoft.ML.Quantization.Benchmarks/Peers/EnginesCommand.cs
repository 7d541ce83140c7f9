using System.Globalization;
using System.Text;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Compares our engines with each other on the kernels of <see cref="KernelShape.All"/>: the measurement behind the order of <see cref="EngineList"/>.</summary>
internal static class EnginesCommand
{
    public const string Usage = "usage: engines [--markdown OUT.md] [--filter TEXT] [--without-amx]";

    private const int WrongUsage = 2, SevenBits = 63;

    /// <summary>An engine, and whether its weights prove that sums of two products fit 16 bits.</summary>
    private sealed record Candidate(Engine Engine, bool SevenBits)
    {
        public string Name => SevenBits ? Engine.Name + " 7 bit" : Engine.Name;
    }

    /// <param name="arguments">See <see cref="Usage"/>.</param>
    /// <param name="withoutAmx">Whether <see cref="TileRegisterBan"/> is installed.</param>
    public static int Run(ReadOnlySpan<string> arguments, bool withoutAmx)
    {
        (string? markdown, string filter) = (null, "");
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 < arguments.Length && arguments[i] == "--markdown") { markdown = arguments[i + 1]; }
            else if (i + 1 < arguments.Length && arguments[i] == "--filter") { filter = arguments[i + 1]; }
            else
            {
                Console.Error.WriteLine(Usage);
                return WrongUsage;
            }
        }
        Candidate[] candidates = [.. Candidates()];
        var rows = new List<(KernelShape Shape, double[] Milliseconds, double[] Shares)>();
        PeakLoop? peak = PeakLoop.Create();
        using var pinned = new PinnedThread();
        Warm(candidates);
        Console.WriteLine($"{"name",-18} {"kind",-10} {string.Join(" ", candidates.Select(static candidate => $"{candidate.Name,17}"))}");
        foreach (KernelShape shape in KernelShape.All.Where(shape => shape.Name.Contains(filter, StringComparison.Ordinal)))
        {
            double[][] rounds = Rounds.RunCompiled([.. candidates.Select(candidate => Prepare(candidate, shape)), .. peak is null ? default(ReadOnlySpan<Action>) : [peak.Run]]);
            double[] times = [.. Enumerable.Range(0, candidates.Length).Select(i => Rounds.Median(rounds.Select(round => round[i])))];
            double[] shares = peak is null ? [] : [.. Enumerable.Range(0, candidates.Length).Select(i => Rounds.Median(rounds.Select(round => shape.Operations / round[i] / (PeakLoop.Operations / round[^1]))))];
            rows.Add((shape, times, shares));
            Console.WriteLine($"{shape.Name,-18} {shape.Kind,-10} {string.Join(" ", times.Select((time, i) => $"{time,10:F4}{(peak is null ? "" : $" {shares[i],6:P0}")}"))}");
        }
        string table = Table(candidates, rows, withoutAmx);
        Console.WriteLine(table);
        if (markdown is not null) { File.WriteAllText(markdown, table); }
        return 0;
    }

    private static IEnumerable<Candidate> Candidates()
    {
        foreach (Engine engine in EngineList.Supported.Where(static engine => engine != EngineList.Reference))
        {
            yield return new(engine, false);
            if (engine.Name is "Avx512" or "Avx2") { yield return new(engine, true); }
        }
    }

    /// <summary>The runtime compiles what is well used anew after a pause.</summary>
    private static void Warm(Candidate[] candidates)
    {
        const int Times = 40, Pauses = 3, PauseMilliseconds = 150;
        foreach (KernelShape shape in new[] { KernelShape.All.First(static shape => shape.Kind == "depthwise"), KernelShape.All.First(static shape => shape.Kind == "smallk") })
        {
            Action[] all = [.. candidates.Select(candidate => Prepare(candidate, shape))];
            for (int pause = 0; pause < Pauses; pause++)
            {
                foreach (Action action in all)
                {
                    for (int time = 0; time < Times; time++) { action(); }
                }
                Thread.Sleep(PauseMilliseconds);
            }
        }
    }

    private static Action Prepare(Candidate candidate, KernelShape shape)
    {
        KernelData data = candidate.SevenBits ? new(shape, SevenBits) : new(shape);
        BoundConvolution bound = candidate.Engine.Bind(data.Spec(shape));
        ConvolutionTables tables = shape.IsConvolution ? bound.Plan([shape.Size, shape.Size], [shape.OutputSize, shape.OutputSize]) : bound.Plan([], []);
        byte[] input = GC.AllocateArray<byte>(data.Input.Length + Engine.ReadSlack, pinned: true), output = GC.AllocateArray<byte>(shape.OutputPixels * shape.Outputs, pinned: true);
        data.Input.CopyTo(input, 0);
        int length = data.Input.Length, batch = shape.IsConvolution ? 1 : shape.Rows;
        return () => bound.Run(tables, batch, input.AsSpan(0, length), output, null);
    }

    private static string Table(Candidate[] candidates, List<(KernelShape Shape, double[] Milliseconds, double[] Shares)> rows, bool withoutAmx)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Our engines against each other\n\n{PeersCommand.Machine(withoutAmx)}");
        foreach ((string name, string version) in PeersCommand.Versions()) { text.AppendLine(CultureInfo.InvariantCulture, $"{name} {version}"); }
        int slowest = candidates.Length - 1;
        text.AppendLine(CultureInfo.InvariantCulture, $"\nSpeed, geometric mean over the shapes of a kind; {candidates[slowest].Name} is 1. \"7 bit\": weights for which sums of two products fit 16 bits.\n");
        Row(text, "kind", candidates.Select(static candidate => candidate.Name));
        Row(text, "---", candidates.Select(static _ => "---"));
        foreach (var kind in rows.GroupBy(static row => row.Shape.Kind).Append(rows.GroupBy(static _ => "all").First()))
        {
            Row(text, kind.Key, candidates.Select((_, i) => Math.Exp(kind.Average(row => Math.Log(row.Milliseconds[slowest] / row.Milliseconds[i]))).ToString("F2", CultureInfo.InvariantCulture)));
        }
        text.AppendLine("\nMicroseconds, and the share of the peak of 512-bit vpdpbusd where the processor has it.\n");
        Row(text, "shape", candidates.Select(static candidate => candidate.Name));
        Row(text, "---", candidates.Select(static _ => "---"));
        foreach ((KernelShape shape, double[] times, double[] shares) in rows)
        {
            Row(text, shape.Name, times.Select((time, i) => string.Create(CultureInfo.InvariantCulture, $"{time * 1e3:F1}{(shares.Length == 0 ? "" : $" ({shares[i] * 100:F0} %)")}")));
        }
        return text.ToString().ReplaceLineEndings("\n");
    }

    private static void Row(StringBuilder text, string first, IEnumerable<string> cells) => text.AppendLine(CultureInfo.InvariantCulture, $"| {first} | {string.Join(" | ", cells)} |");
}
