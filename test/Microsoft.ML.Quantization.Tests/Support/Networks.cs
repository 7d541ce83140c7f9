using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>Small float networks with random weights.</summary>
internal static class Networks
{
    /// <summary>Gemm, Relu, Gemm: <c>x [rows, inputs] → y [rows, outputs]</c>.</summary>
    public static QuantizableModel Mlp(int inputs = 4, int hidden = 8, int outputs = 3, Dimension? rows = null)
    {
        var graph = new GraphBuilder("mlp", 13);
        string x = graph.AddInput("x", new(ElementType.Float32, [rows ?? Dimension.Named("rows"), inputs]));
        string h = graph.Add("relu", "Relu", [Gemm(graph, "first", x, inputs, hidden)]);
        return Build(graph, ("y", Gemm(graph, "second", h, hidden, outputs)));
    }

    /// <summary>An image <c>[rows, 1, 4, 4]</c> through a convolution: two outputs, the feature map and its class scores.</summary>
    public static QuantizableModel Cnn()
    {
        var graph = new GraphBuilder("cnn", 13);
        string x = graph.AddInput("image", new(ElementType.Float32, [Dimension.Named("rows"), 1, 4, 4]));
        string w = graph.AddConstant("w", Random(5, 2, 1, 3, 3));
        string map = graph.Add("relu", "Relu", [graph.Add("conv", "Conv", [x, w], NodeAttributes.Empty.With("kernel_shape", ImmutableArray.Create(3L, 3L)))]);
        string flat = graph.Add("flatten", "Flatten", [map]);
        return Build(graph, ("map", map), ("scores", Gemm(graph, "classes", flat, 8, 3)));
    }

    /// <summary>Two inputs: <c>left [rows, 2] · W + right [rows, 1] · V → y [rows, 3]</c>.</summary>
    public static QuantizableModel TwoInputs()
    {
        var graph = new GraphBuilder("two", 13);
        string left = graph.AddInput("left", new(ElementType.Float32, [Dimension.Named("rows"), 2]));
        string right = graph.AddInput("right", new(ElementType.Float32, [Dimension.Named("rows"), 1]));
        return Build(graph, ("y", graph.Add("add", "Add", [Gemm(graph, "l", left, 2, 3), Gemm(graph, "r", right, 1, 3)])));
    }

    /// <summary>Tokens out of <see cref="TokenRow.Vocabulary"/>: <c>tokens [rows, length] → table look-up → Gemm → y [rows, 3]</c>, and the tokens again as <c>same</c>.</summary>
    public static QuantizableModel Tokens(ElementType type = ElementType.Int64, int length = TokenRow.Length)
    {
        const int Width = 6;
        var graph = new GraphBuilder("tokens", 13);
        string tokens = graph.AddInput("tokens", new(type, [Dimension.Named("rows"), length]));
        string rows = graph.Add("look_up", "Gather", [graph.AddConstant("table", Random(9, TokenRow.Vocabulary, Width)), tokens]);
        string flat = graph.Add("flatten", "Flatten", [rows]);
        return Build(graph, ("y", Gemm(graph, "classes", flat, length * Width, 3)), ("same", tokens));
    }

    /// <summary>Two inputs of one length: <c>flat [rows, 4]</c> and <c>square [rows, 2, 2]</c>, each through a Gemm, added.</summary>
    public static QuantizableModel SameTwice()
    {
        var graph = new GraphBuilder("twice", 13);
        string flat = graph.AddInput("flat", new(ElementType.Float32, [Dimension.Named("rows"), 4]));
        string square = graph.AddInput("square", new(ElementType.Float32, [Dimension.Named("rows"), 2, 2]));
        return Build(graph, ("y", graph.Add("add", "Add", [Gemm(graph, "l", flat, 4, 3), Gemm(graph, "r", graph.Add("flatten", "Flatten", [square]), 4, 3)])));
    }

    /// <summary>One input with the given type and axes, passed on.</summary>
    public static QuantizableModel Identity(ElementType type, params ImmutableArray<Dimension> axes)
    {
        var graph = new GraphBuilder("identity", 13);
        return Build(graph, ("y", graph.AddInput("x", new(type, axes))));
    }

    /// <summary>Cuts each row of 16 into two of 8, so that outputs no longer belong to rows.</summary>
    public static QuantizableModel Mixing()
    {
        var graph = new GraphBuilder("mixing", 13);
        string x = graph.AddInput("x", new(ElementType.Float32, [Dimension.Named("rows"), 16]));
        return Build(graph, ("y", graph.Add("reshape", "Reshape", [x, graph.AddConstant("shape", Tensor.Create(-1L, 8L))])));
    }

    /// <summary>The network's scores for one row, from a plan of its own.</summary>
    public static float[] Run(Graph graph, float[] row, int output = 0)
    {
        using var plan = ExecutionPlan.Bind(graph);
        int[] sizes = [1, .. graph.Inputs[0].Fact.Dimensions.Skip(1).Select(axis => axis.Size!.Value)];
        return plan.Run(Tensor.Create<float>(row, new Shape(sizes)))[output].AsSpan<float>().ToArray();
    }

    private static QuantizableModel Build(GraphBuilder graph, params (string Name, string Value)[] outputs)
    {
        foreach ((string name, string value) in outputs)
        {
            graph.Add(new Node("out_" + name, "Identity", [value], [name], NodeAttributes.Empty));
            graph.AddOutput(name);
        }
        return new(graph.Build());
    }

    private static string Gemm(GraphBuilder graph, string name, string x, int inputs, int outputs) =>
        graph.Add(name, "Gemm", [x, graph.AddConstant(name + "_w", Random(inputs, inputs, outputs)), graph.AddConstant(name + "_b", Random(outputs, outputs))]);

    private static Tensor Random(int seed, params int[] sizes)
    {
        var random = new Random(seed);
        var shape = new Shape(sizes);
        return Tensor.Create<float>([.. Enumerable.Range(0, shape.Length).Select(_ => random.NextSingle() * 2 - 1)], shape);
    }
}
