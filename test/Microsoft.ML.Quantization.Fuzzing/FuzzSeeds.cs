using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Fuzzing;

/// <summary>What the loop starts from: good models, small enough to be tried thousands of times.</summary>
internal static class FuzzSeeds
{
    /// <summary>Larger files make the loop slow and reach nothing that smaller ones do not.</summary>
    private const int LargestSeed = 80_000;

    private static readonly string[] s_conformanceFolders = ["/usr/share/libonnx-testdata/data/node", "/usr/share/libonnx-testdata/data/simple"];

    /// <summary>Networks of this repository, float and int8, a small graph for what they lack, and ONNX's own node cases where those are installed.</summary>
    public static ImmutableArray<byte[]> Models()
    {
        var seeds = ImmutableArray.CreateBuilder<byte[]>();
        seeds.Add(Save(Branches()));
        foreach (string path in Directory.EnumerateFiles(RepositoryFolder.At("test", "Models"), "*.onnx").Order(StringComparer.Ordinal)) { AddSmall(seeds, path); }
        Graph network = OnnxImporter.Load(RepositoryFolder.At("test", "Models", "adult_mlp.onnx"));
        seeds.Add(Save(ModelQuantizer.QuantizeStatic(network, [[new Tensor(ElementType.Float32, new Shape(2, network.Inputs[0].Fact.Dimensions[1].Size!.Value))]]).Graph));
        foreach (string folder in s_conformanceFolders.Where(Directory.Exists))
        {
            foreach (string path in Directory.EnumerateFiles(folder, "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal)) { AddSmall(seeds, path); }
        }
        return seeds.ToImmutable();
    }

    private static void AddSmall(ImmutableArray<byte[]>.Builder seeds, string path)
    {
        if (new FileInfo(path).Length <= LargestSeed) { seeds.Add(File.ReadAllBytes(path)); }
    }

    // A convolution, shapes computed from shapes, growth, a branch: what hostile files abuse.
    private static Graph Branches()
    {
        var graph = new GraphBuilder("branches", 13);
        graph.AddInput("x", new(ElementType.Float32, [Dimension.Named("batch"), 2, 6, 6]));
        string kernel = graph.AddConstant("kernel", new Tensor(ElementType.Float32, new Shape(4, 2, 3, 3)));
        string convolved = graph.Add("conv", "Conv", ["x", kernel], NodeAttributes.Empty.With("pads", ImmutableArray.Create(1L, 1L, 1L, 1L)));
        string relu = graph.Add("relu", "Relu", [convolved]);
        string scales = graph.AddConstant("scales", Tensor.Create(1f, 1f, 2f, 2f));
        string large = graph.Add("resize", "Resize", [relu, "", scales], NodeAttributes.Empty.With("mode", "nearest"));
        string pooled = graph.Add("pool", "MaxPool", [large], NodeAttributes.Empty.With("kernel_shape", ImmutableArray.Create(2L, 2L)).With("strides", ImmutableArray.Create(2L, 2L)));
        string shape = graph.Add("shape", "Shape", [relu]);
        string zeros = graph.Add("zeros", "ConstantOfShape", [shape]);
        string sum = graph.Add("sum", "Add", [pooled, zeros]);
        string repeats = graph.AddConstant("repeats", Tensor.Create(1L, 1L, 1L, 2L));
        string tiled = graph.Add("tile", "Tile", [sum, repeats]);
        string size = graph.AddConstant("size", Tensor.Create(3L, 1L, 1L, 1L, 1L));
        string expanded = graph.Add("expand", "Expand", [tiled, size]);
        string pads = graph.AddConstant("pads", Tensor.Create(0L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 1L));
        string padded = graph.Add("pad", "Pad", [expanded, pads]);
        string start = graph.AddConstant("start", Tensor.Scalar(0L)), limit = graph.AddConstant("limit", Tensor.Scalar(5L)), step = graph.AddConstant("step", Tensor.Scalar(2L));
        string range = graph.Add("range", "Range", [start, limit, step]);
        graph.Add(new Node("gather", "Gather", [padded, range], ["y"], NodeAttributes.Empty.With("axis", 3L)));
        graph.AddOutput("y");
        return graph.Build();
    }

    private static byte[] Save(Graph graph)
    {
        using var stream = new MemoryStream();
        OnnxExporter.Save(graph, stream);
        return stream.ToArray();
    }
}
