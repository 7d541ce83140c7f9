using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Tool.Tests;

/// <summary>Models and data small enough to be quantized in every test.</summary>
internal static class SmallModels
{
    public const int Features = 6;
    public const int Classes = 3;

    /// <summary>Two dense layers over rows of six numbers; three classes.</summary>
    public static string Dense(TempFolder folder, int? batch = null)
    {
        var random = new Random(11);
        var graph = new GraphBuilder("dense", 13);
        graph.AddInput("x", new(ElementType.Float32, [batch is int rows ? rows : Dimension.Named("batch"), Features]));
        string w1 = graph.AddConstant("w1", Weights(random, 16, Features));
        string b1 = graph.AddConstant("b1", Weights(random, 16));
        string w2 = graph.AddConstant("w2", Weights(random, Classes, 16));
        string b2 = graph.AddConstant("b2", Weights(random, Classes));
        NodeAttributes transposed = NodeAttributes.Empty.With("transB", 1L);
        string hidden = graph.Add("first", "Gemm", ["x", w1, b1], transposed);
        string active = graph.Add("relu", "Relu", [hidden]);
        graph.Add(new Node("second", "Gemm", [active, w2, b2], ["scores"], transposed));
        graph.AddOutput("scores");
        string path = folder.At(batch is null ? "dense.onnx" : $"dense{batch}.onnx");
        OnnxExporter.Save(graph.Build(), path);
        return path;
    }

    /// <summary>A convolution and a model output that is an image; axes of open size.</summary>
    public static string Image(TempFolder folder, bool openSides = false)
    {
        var random = new Random(12);
        var graph = new GraphBuilder("image", 13);
        Dimension side = openSides ? Dimension.Named("side") : 8;
        graph.AddInput("image", new(ElementType.Float32, [Dimension.Named("batch"), 1, side, side]));
        string weights = graph.AddConstant("w", Weights(random, 1, 1, 3, 3));
        NodeAttributes same = NodeAttributes.Empty.With("pads", ImmutableArray.Create(1L, 1L, 1L, 1L));
        graph.Add(new Node("blur", "Conv", ["image", weights], ["blurred"], same));
        graph.AddOutput("blurred");
        string path = folder.At("image.onnx");
        OnnxExporter.Save(graph.Build(), path);
        return path;
    }

    /// <summary>Random rows for <see cref="Dense"/>, an unused array, and labels.</summary>
    public static string Rows(TempFolder folder, int count, string name = "rows.npz", Action<Span<float>>? change = null)
    {
        Tensor x = Numbers(new Random(3), count, Features);
        change?.Invoke(x.AsSpan<float>());
        NpzWriter.Write(folder.At(name), [new("unused", Tensor.Create(1f)), new("x", x), new("label", Tensor.Create([.. Enumerable.Range(0, count).Select(i => (long)(i % Classes))]))]);
        return folder.At(name);
    }

    public static Tensor Numbers(Random random, params int[] sizes)
    {
        var tensor = new Tensor(ElementType.Float32, new Shape(sizes));
        foreach (ref float value in tensor.AsSpan<float>()) { value = random.NextSingle() * 4 - 2; }
        return tensor;
    }

    private static Tensor Weights(Random random, params int[] sizes) => Numbers(random, sizes);
}
