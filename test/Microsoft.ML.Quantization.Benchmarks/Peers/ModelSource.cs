using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Testing;
using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>A float model and rows to calibrate and run it on.</summary>
/// <param name="Name">The model.</param>
/// <param name="File">The float model as an ONNX file.</param>
/// <param name="Graph">The same as a graph.</param>
/// <param name="Rows">One tensor for each input, rows on the first axis.</param>
internal sealed record ModelSource(string Name, byte[] File, Graph Graph, ImmutableArray<Tensor> Rows)
{
    private const string Model = ".onnx", Calibration = ".calib.npz", Sample = ".input.f32";

    private const int Words = 1879, TextLength = 32, Texts = 64;

    /// <summary>The repository's networks for numbers and images, in the order of their names, and those for text.</summary>
    private static readonly string[] s_sampled = ["adult_mlp", "bike_tcn", "digits_mlp", "fashion_ae", "fashion_cnn"], s_texts = ["sentiment_bag", "sentiment_lstm"];

    /// <summary>The models of a folder, or else the reference models and the generated ones.</summary>
    /// <param name="folder">The folder, or null.</param>
    /// <param name="log">Told what the folder has that cannot be compared.</param>
    public static IEnumerable<ModelEntry> All(string? folder, PeerLog log) => folder is not null ? InFolder(folder, log) : [.. OfRepository(), .. Generated()];

    /// <summary>The model of that name in the repository, or a generated one; null when there is none.</summary>
    public static ModelSource? Named(string name) => OfRepository().Concat(Generated()).FirstOrDefault(model => model.Name == name)?.Load();

    // Every NAME.onnx with a NAME.calib.npz beside it that holds an array for each input.
    private static IEnumerable<ModelEntry> InFolder(string folder, PeerLog log)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*" + Model).Order(StringComparer.Ordinal))
        {
            string data = Path.ChangeExtension(path, null) + Calibration;
            if (System.IO.File.Exists(data)) { yield return new(Path.GetFileNameWithoutExtension(path), () => WithArrays(path, data)); }
            else { log.LeaveOut(Path.GetFileName(path), $"there is no {Path.GetFileName(data)} beside it"); }
        }
    }

    private static ModelSource WithArrays(string path, string data)
    {
        Graph graph = OnnxImporter.Load(path);
        using DataFile arrays = DataFile.Open(data);
        // A single array serves a single input whatever it is called.
        return new(Path.GetFileNameWithoutExtension(path), System.IO.File.ReadAllBytes(path), graph,
            [.. graph.Inputs.Select(input => arrays.Read(graph.Inputs.Length == 1 && arrays.Names.Count == 1 ? arrays.Names[0] : input.Name))]);
    }

    private static IEnumerable<ModelEntry> OfRepository() =>
        [.. s_sampled.Select(static name => new ModelEntry(name, () => WithRows(name, Samples))), .. s_texts.Select(static name => new ModelEntry(name, () => WithRows(name, RandomTexts)))];

    private static ModelSource WithRows(string name, Func<Graph, string, Tensor> rows)
    {
        string path = RepositoryFolder.At("test", "Models", name + Model);
        Graph graph = OnnxImporter.Load(path);
        return new(name, System.IO.File.ReadAllBytes(path), graph, [rows(graph, name)]);
    }

    private static Tensor Samples(Graph graph, string name)
    {
        byte[] values = System.IO.File.ReadAllBytes(RepositoryFolder.At("test", "Models", name + Sample));
        int[] sizes = [.. graph.Inputs[0].Fact.Dimensions.Skip(1).Select(static size => size.Size ?? 1)];
        int rows = values.Length / sizeof(float) / sizes.Aggregate(1, static (a, b) => a * b);
        return new(ElementType.Float32, new Shape([rows, .. sizes]), values);
    }

    // Words drawn by seed; 0 fills a text up.
    private static Tensor RandomTexts(Graph graph, string name)
    {
        var random = new Random(7);
        var texts = new Tensor(ElementType.Int64, new Shape(Texts, TextLength));
        Span<long> words = texts.AsSpan<long>();
        for (int text = 0; text < Texts; text++)
        {
            foreach (ref long word in words.Slice(text * TextLength, random.Next(4, TextLength + 1))) { word = random.Next(1, Words); }
        }
        return texts;
    }

    private static IEnumerable<ModelEntry> Generated() =>
    [
        new("resnet18", static () => Generate("resnet18", GeneratedNetworks.ResNet18())),
        new("resnet50", static () => Generate("resnet50", GeneratedNetworks.ResNet50())),
        new("mobilenet_v2", static () => Generate("mobilenet_v2", GeneratedNetworks.MobileNetV2())),
    ];

    /// <summary>A generated image network with random rows.</summary>
    private static ModelSource Generate(string name, Graph graph)
    {
        var random = new Random(7);
        var rows = new Tensor(ElementType.Float32, new Shape([2, .. graph.Inputs[0].Fact.Dimensions.Skip(1).Select(static size => size.Size!.Value)]));
        foreach (ref float value in rows.AsSpan<float>()) { value = random.NextSingle() * 4f - 2f; }
        using var stream = new MemoryStream();
        OnnxExporter.Save(graph, stream);
        return new(name, stream.ToArray(), graph, [rows]);
    }

    /// <summary>A batch of the rows, repeated as often as it takes.</summary>
    public ImmutableArray<Tensor> Batch(int rows) => [.. Rows.Select(tensor => Repeat(tensor, rows))];

    private static Tensor Repeat(Tensor tensor, int rows)
    {
        int rowBytes = tensor.Bytes.Length / tensor.Shape[0];
        byte[] bytes = new byte[rows * rowBytes];
        for (int row = 0; row < rows; row++) { tensor.Bytes.Slice(row % tensor.Shape[0] * rowBytes, rowBytes).CopyTo(bytes.AsSpan(row * rowBytes)); }
        return new(tensor.Type, new Shape([rows, .. tensor.Shape.Sizes.Skip(1)]), bytes);
    }
}
