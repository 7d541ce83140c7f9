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

    /// <summary>The models of a folder, or else the repository's own and the generated ones.</summary>
    public static IEnumerable<ModelSource> All(string? folder) => folder is not null ? InFolder(folder) : OfRepository().Concat(Generated());

    /// <summary>Every <c>NAME.onnx</c> with a <c>NAME.calib.npz</c> beside it that holds an array for each input.</summary>
    public static IEnumerable<ModelSource> InFolder(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*" + Model).Order(StringComparer.Ordinal))
        {
            string data = Path.ChangeExtension(path, null) + Calibration;
            if (!System.IO.File.Exists(data))
            {
                Console.WriteLine($"{Path.GetFileName(path)} is left out: there is no {Path.GetFileName(data)} beside it.");
                continue;
            }
            Graph graph = OnnxImporter.Load(path);
            using DataFile arrays = DataFile.Open(data);
            // A single array serves a single input whatever it is called.
            yield return new(Path.GetFileNameWithoutExtension(path), System.IO.File.ReadAllBytes(path), graph,
                [.. graph.Inputs.Select(input => arrays.Read(graph.Inputs.Length == 1 && arrays.Names.Count == 1 ? arrays.Names[0] : input.Name))]);
        }
    }

    /// <summary>The repository's reference models.</summary>
    public static IEnumerable<ModelSource> OfRepository()
    {
        foreach (string sample in Directory.EnumerateFiles(RepositoryFolder.At("test", "Models"), "*" + Sample).Order(StringComparer.Ordinal))
        {
            string path = sample[..^Sample.Length] + Model;
            Graph graph = OnnxImporter.Load(path);
            byte[] values = System.IO.File.ReadAllBytes(sample);
            int[] sizes = [.. graph.Inputs[0].Fact.Dimensions.Skip(1).Select(static size => size.Size ?? 1)];
            int rows = values.Length / sizeof(float) / sizes.Aggregate(1, static (a, b) => a * b);
            yield return new(Path.GetFileNameWithoutExtension(path), System.IO.File.ReadAllBytes(path), graph, [new Tensor(ElementType.Float32, new Shape([rows, .. sizes]), values)]);
        }
    }

    private static IEnumerable<ModelSource> Generated()
    {
        yield return Generate("resnet18", GeneratedNetworks.ResNet18());
        yield return Generate("resnet50", GeneratedNetworks.ResNet50());
        yield return Generate("mobilenet_v2", GeneratedNetworks.MobileNetV2());
    }

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
