using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Compares our engine with ONNX Runtime in one process and prints median ratios.</summary>
internal static class PeersCommand
{
    private const int Failed = 1;

    public static int Run(PeersOptions options)
    {
        if (!OnnxRuntimeSession.IsAvailable(out string reason))
        {
            Console.Error.WriteLine(reason);
            return Failed;
        }
        string folder = Directory.CreateTempSubdirectory("mlq-peers-").FullName;
        try
        {
            Console.WriteLine($"{Machine(options.WithoutAmx)}; engines: {string.Join(", ", EngineList.Supported.Select(static engine => engine.Name))}");
            foreach (string line in FirstPlan.Compare(folder)) { Console.WriteLine(line); }
            var rows = new List<PeerRow>();
            PeakLoop? peak = PeakLoop.Create();
            Console.WriteLine($"{"name",-18} {"kind",-10} {"prec",-5} {"b",3} {"t",2} {"ours ms",10} {"peer ms",10} {"ratio",6} {"peak",5}  peer");
            var log = new PeerLog(Console.Error);
            foreach (PeerRow row in Measure(options, peak, folder, log))
            {
                rows.Add(row);
                Console.WriteLine(Text(row));
            }
            Summarize(rows);
            if (options.Json is not null)
            {
                File.WriteAllText(options.Json, JsonSerializer.Serialize(new PeerReport(Machine(options.WithoutAmx), Versions(), rows), PeerJson.Default.PeerReport) + "\n");
            }
            if (log.Failures > 0) { Console.Error.WriteLine($"{log.Failures} comparisons failed."); }
            return log.Failures > 0 ? Failed : 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<PeerRow> Measure(PeersOptions options, PeakLoop? peak, string folder, PeerLog log)
    {
        if (options.Kernels)
        {
            using var pinned = new PinnedThread();
            foreach (KernelShape shape in KernelShape.All.Where(shape => shape.Name.Contains(options.Filter, StringComparison.Ordinal)))
            {
                if (log.Try(shape.Name, () => KernelPeer.Measure(shape, peak, options.Quick, folder)) is { } row) { yield return row; }
            }
            foreach (PeerRow row in WeightOnlyPeer.Measure(options, folder, log).Concat(DynamicPeer.Measure(options, folder, log)).Concat(EmbeddingPeer.Measure(options, folder, log))) { yield return row; }
        }
        if (options.Recurrent)
        {
            foreach (PeerRow row in RecurrentPeer.Measure(options, folder, log)) { yield return row; }
        }
        if (!options.Models) { yield break; }
        foreach (ModelEntry model in ModelSource.All(options.Folder, log).Where(model => model.Name.Contains(options.Filter, StringComparison.Ordinal)))
        {
            foreach (PeerRow row in ModelPeer.Measure(model, options.Quick, folder, log)) { yield return row; }
        }
    }

    private static string Text(PeerRow row) =>
        $"{row.Name,-18} {row.Kind,-10} {row.Precision,-5} {row.Batch,3} {row.Threads,2} {row.OursMilliseconds,10:F4} {row.PeerMilliseconds,10:F4} {row.Ratio,6:F2} {row.ShareOfPeak,5:P0}  {row.Peer} ({row.FusedNodes} in integers{(row.Differing is > 0 ? $", {row.Differing:P3} differ" : "")})";

    private static void Summarize(List<PeerRow> rows)
    {
        foreach (PeerRow row in rows.Where(static row => row is { Kind: "model", Precision: "int8" }))
        {
            PeerRow? ourFloat = rows.Find(other => other.Precision == "float" && (other.Name, other.Batch, other.Threads) == (row.Name, row.Batch, row.Threads));
            if (ourFloat is not null) { Console.WriteLine($"{row.Name} batch {row.Batch} threads {row.Threads}: int8 against our own float {ourFloat.OursMilliseconds / row.OursMilliseconds:F2}"); }
        }
        foreach (var group in rows.GroupBy(static row => (row.Kind, row.Precision, row.Batch, row.Threads)))
        {
            double mean = Math.Exp(group.Average(static row => Math.Log(row.Ratio)));
            Console.WriteLine($"{group.Key.Kind} {group.Key.Precision} batch {group.Key.Batch} threads {group.Key.Threads}: geometric mean {mean:F2}, least {group.Min(static row => row.Ratio):F2} over {group.Count()}");
        }
    }

    /// <summary>Of everything that takes part.</summary>
    public static Dictionary<string, string> Versions() => new()
    {
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["system"] = RuntimeInformation.OSDescription,
        ["onnxruntime"] = OnnxRuntimeSession.IsAvailable(out _) ? OnnxRuntimeSession.Version : "none",
        ["microsoft.ml.quantization"] = FileVersionInfo.GetVersionInfo(typeof(PeersCommand).Assembly.Location).ProductVersion ?? "",
    };

    /// <summary>The processor, and what it may not use.</summary>
    public static string Machine(bool withoutAmx)
    {
        const string Processors = "/proc/cpuinfo", Model = "model name";
        string? name = File.Exists(Processors) ? File.ReadLines(Processors).FirstOrDefault(static line => line.StartsWith(Model, StringComparison.Ordinal)) : null;
        return $"{name?[(name.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} processors{(withoutAmx ? ", AMX off for both sides" : "")}";
    }
}
