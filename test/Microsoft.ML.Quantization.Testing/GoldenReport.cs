using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>
/// Counts of golden cases by file, written as <c>{"quantize.json":{"run":103,"excluded":5,"failed":0}}</c> to the file that the environment
/// variable <c>MLQ_GOLDEN_REPORT</c> names. Test assemblies run as parallel processes and share the file.
/// </summary>
public static class GoldenReport
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>Replaces the counts of one golden file; does nothing when no report is wanted.</summary>
    public static void Record(string file, int run, int excluded, int failed)
    {
        if (Environment.GetEnvironmentVariable("MLQ_GOLDEN_REPORT") is { Length: > 0 } path) { Record(path, file, run, excluded, failed); }
    }

    /// <summary>Replaces the counts of one golden file in the report at <paramref name="path"/>.</summary>
    public static void Record(string path, string file, int run, int excluded, int failed)
    {
        path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using FileStream held = Lock(path + ".lock");
        JsonObject report = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : [];
        report[file] = new JsonObject { ["run"] = run, ["excluded"] = excluded, ["failed"] = failed };
        var sorted = new JsonObject(report.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())));
        // A reader never sees half a report: the new one replaces the old in one step.
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        File.WriteAllText(temporary, sorted.ToJsonString(s_indented) + "\n");
        File.Move(temporary, path, overwrite: true);
    }

    // The lock file stays: deleting it would let two processes each hold "the" lock.
    private static FileStream Lock(string path)
    {
        DateTime deadline = DateTime.UtcNow.AddMinutes(1);
        while (true)
        {
            try { return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); }
            catch (IOException) when (DateTime.UtcNow < deadline) { Thread.Sleep(10); }
        }
    }
}
