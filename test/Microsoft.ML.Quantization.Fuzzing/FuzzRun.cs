using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.ML.Quantization.Sampling;
using Microsoft.ML.Quantization.Testing;
using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Fuzzing;

/// <summary>
/// The loop: takes a good file, damages it, shows it to the tool, checks the answer. Input <c>i</c> of a seed is always the same, so that
/// a finding can be had again alone.
/// </summary>
public sealed class FuzzRun : IDisposable
{
    /// <summary>How long one input may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("mlq-fuzz-").FullName;
    private readonly ImmutableArray<byte[]> _models = FuzzSeeds.Models();
    private readonly ulong _seed;
    private readonly string _network = RepositoryFolder.At("test", "Models", "adult_mlp.onnx");
    private readonly byte[] _rows, _table;

    /// <summary>A loop whose inputs follow from a seed.</summary>
    public FuzzRun(ulong seed)
    {
        _seed = seed;
        Graphs.Graph network = Onnx.OnnxImporter.Load(_network);
        int columns = network.Inputs[0].Fact.Dimensions[1].Size!.Value;
        NpzWriter.Write(At("seed.npz"), [new(network.Inputs[0].Name, new Tensor(ElementType.Float32, new Shape(3, columns))), new("label", Tensor.Create(0L, 1L, 0L))]);
        _rows = File.ReadAllBytes(At("seed.npz"));
        string[] names = [.. Enumerable.Range(0, columns).Select(i => $"c{i}"), "label"];
        _table = System.Text.Encoding.UTF8.GetBytes($"{string.Join(',', names)}\n{string.Join(',', names.Select(_ => "0.5"))}\n{string.Join(',', names.Select(_ => "-1e3"))}\n");
    }

    /// <summary>Inputs that the tool accepted and refused so far.</summary>
    public (long Accepted, long Refused) Counts { get; private set; }

    /// <summary>The slowest input so far.</summary>
    public (long Index, TimeSpan Time) Slowest { get; private set; } = (-1, TimeSpan.Zero);

    /// <summary>Shows one input to the tool.</summary>
    /// <returns>What was wrong with the answer, with the input's file kept; null when nothing was.</returns>
    public string? Try(long index)
    {
        var random = new SplitMix64(_seed * 1_000_003 + (ulong)index);
        (string path, string[] arguments, string? output) = Make(ref random);
        long start = Stopwatch.GetTimestamp();
        Task<FuzzTrial> task = Task.Run(() => FuzzTrial.Of(arguments, output));
        bool ended = task.Wait(Patience);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        if (time > Slowest.Time) { Slowest = (index, time); }
        string? complaint = ended ? task.Result.Complaint : $"no answer in {Patience.TotalSeconds} s";
        complaint ??= Directory.GetFiles(_folder).Length > 3 ? $"files are left: {string.Join(", ", Directory.GetFiles(_folder).Select(Path.GetFileName))}" : null;
        if (ended) { Counts = task.Result.Exit == 0 ? (Counts.Accepted + 1, Counts.Refused) : (Counts.Accepted, Counts.Refused + 1); }
        if (complaint is null) { return null; }
        string kept = Path.Combine(Path.GetTempPath(), $"mlq-finding-{_seed}-{index}{Path.GetExtension(path)}");
        File.Copy(path, kept, overwrite: true);
        return $"input {index}, mlquant {string.Join(' ', arguments.Select(argument => argument == path ? kept : argument))}: {complaint}";
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private (string Path, string[] Arguments, string? Output) Make(ref SplitMix64 random)
    {
        string output = At("out.onnx");
        switch (ByteMutation.Pick(ref random, 20))
        {
            case 0:
                string rows = Write("bad.npz", ByteMutation.Apply(_rows, _models[1], ref random));
                return (rows, ["static", _network, "--calibration", rows, "-o", output], output);
            case 1:
                string table = Write("bad.csv", ByteMutation.Apply(_table, _rows, ref random));
                return (table, ["static", _network, "--calibration", table, "-o", output], output);
            case 2 or 3:
                string forDynamic = Write("bad.onnx", AnyDamage(ref random));
                return (forDynamic, ["dynamic", forDynamic, "-o", output, "--embedding-bits", random.Next() % 2 == 0 ? "8" : "4"], output);
            case 4:
                string forWeights = Write("bad.onnx", AnyDamage(ref random));
                return (forWeights, ["weight-only", forWeights, "-o", output, "--bits", random.Next() % 2 == 0 ? "8" : "4"], output);
            case 5 or 6 or 7 or 8 or 9:
                string damaged = Write("bad.onnx", ByteMutation.Apply(AnyModel(ref random), AnyModel(ref random), ref random));
                return (damaged, ["info", damaged], null);
            default:
                byte[] source = AnyModel(ref random);
                string lying = Write("bad.onnx", ModelMutation.Apply(source, ref random) ?? source);
                return (lying, ["info", lying], null);
        }
    }

    private byte[] AnyDamage(ref SplitMix64 random) => random.Next() % 2 == 0
        ? ByteMutation.Apply(AnyModel(ref random), AnyModel(ref random), ref random)
        : ModelMutation.Apply(AnyModel(ref random), ref random) ?? AnyModel(ref random);

    private byte[] AnyModel(ref SplitMix64 random) => _models[ByteMutation.Pick(ref random, _models.Length)];

    private string Write(string name, byte[] bytes)
    {
        foreach (string old in (string[])["bad.npz", "bad.csv", "bad.onnx"]) { File.Delete(At(old)); }
        File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    private string At(string name) => Path.Combine(_folder, name);
}
