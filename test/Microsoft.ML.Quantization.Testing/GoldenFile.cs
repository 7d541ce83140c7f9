using System.Text.Json;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>
/// A file of cases recorded from PyTorch. The folder is <c>MLQ_GOLDEN_DIR</c> when that variable is set, otherwise <c>test/Golden</c> of the
/// repository, so that the same tests run on other recordings of the same form.
/// </summary>
public sealed class GoldenFile
{
    private const int FailuresShown = 20;

    private readonly bool _recorded;

    private GoldenFile(string name, IReadOnlyList<GoldenCase> cases, bool recorded) => (Name, Cases, _recorded) = (name, cases, recorded);

    /// <summary>File name, e.g. <c>quantize.json</c>.</summary>
    public string Name { get; }

    /// <summary>All cases in file order.</summary>
    public IReadOnlyList<GoldenCase> Cases { get; }

    /// <summary>The folder of the golden files.</summary>
    public static string Folder => Environment.GetEnvironmentVariable("MLQ_GOLDEN_DIR") is { Length: > 0 } folder ? folder : RepositoryFolder.At("test", "Golden");

    /// <summary>Reads a file. When another folder was chosen and does not hold it, the test ends as inconclusive.</summary>
    public static GoldenFile Open(string name)
    {
        string path = Path.Combine(Folder, name);
        if (!File.Exists(path) && Environment.GetEnvironmentVariable("MLQ_GOLDEN_DIR") is { Length: > 0 })
        {
            Assert.Inconclusive($"MLQ_GOLDEN_DIR holds no {name}.");
        }
        return new(name, Read(File.ReadAllBytes(path)), recorded: true);
    }

    /// <summary>Cases from memory, whose counts are not recorded.</summary>
    public static GoldenFile Parse(string name, ReadOnlyMemory<byte> utf8) => new(name, Read(utf8), recorded: false);

    // The cases keep referring to the document, which therefore is never disposed.
    private static List<GoldenCase> Read(ReadOnlyMemory<byte> utf8) =>
        [.. JsonDocument.Parse(utf8).RootElement.GetProperty("cases").EnumerateArray().Select(c => new GoldenCase(c))];

    /// <summary>
    /// Runs <paramref name="check"/> on every case that is not excluded, records the counts in <see cref="GoldenReport"/>, then fails with all
    /// failures at once. One test owns one file, so that the counts of a file add up to its cases.
    /// </summary>
    /// <param name="exclude">Why a case is not run; null to run it. Decide by property or name pattern, never by single names.</param>
    /// <param name="check">Fails by throwing.</param>
    public void Check(Func<GoldenCase, string?> exclude, Action<GoldenCase> check)
    {
        (int run, int excluded) = (0, 0);
        var failures = new List<string>();
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (GoldenCase golden in Cases)
        {
            if (exclude(golden) is { } reason)
            {
                excluded++;
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
                continue;
            }
            run++;
            try { check(golden); }
            catch (Exception failure) when (failure is not OutOfMemoryException) { failures.Add($"{golden.Name}: {failure.Message}"); }
        }
        if (_recorded) { GoldenReport.Record(Name, run, excluded, failures.Count); }
        Console.WriteLine($"{Name}: {run} run, {excluded} excluded, {failures.Count} failed");
        foreach ((string reason, int count) in reasons) { Console.WriteLine($"  excluded {count}: {reason}"); }
        if (failures.Count > 0)
        {
            Assert.Fail($"{failures.Count} of {run} cases of {Name} failed:\n{string.Join('\n', failures.Take(FailuresShown))}");
        }
        Assert.IsGreaterThan(0, run, $"No case of {Name} was run.");
    }
}
