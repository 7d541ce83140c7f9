using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>A graph of one operator whose steps are timed.</summary>
/// <param name="Work">The kind of work.</param>
/// <param name="Unit">What <paramref name="Units"/> counts.</param>
/// <param name="Units">How many there are.</param>
/// <param name="Table">What the table says of one.</param>
/// <param name="Graph">The graph.</param>
/// <param name="Rows">Its inputs.</param>
/// <param name="Counts">Which steps count, by operator.</param>
internal sealed record SpeedProbe(string Work, string Unit, double Units, SpeedRow Table, Graph Graph, ImmutableArray<Tensor> Rows, Func<string, bool> Counts)
{
    private const string Quantize = "QuantizeLinear", Dequantize = "DequantizeLinear";

    private const int Channels = 64, Size = 28;

    private static readonly ImmutableArray<Tensor> s_pair = [Values(new(1, Channels, 2 * Size, 2 * Size), 1), Values(new(1, Channels, 2 * Size, 2 * Size), 2)];

    /// <summary>A probe for each row of the table, on sizes of the middle of an image network.</summary>
    public static IEnumerable<SpeedProbe> All()
    {
        yield return Product("product", SpeedTable.Product, "Conv", new(1, Channels, Size, Size), new(Channels, Channels, 3, 3), Size * Size, Window(3));
        yield return Product("product of one row", SpeedTable.RowProduct, "Gemm", new(1, 512), new(512, 512), 1, NodeAttributes.Empty.With("transB", 1L));
        yield return Product("depthwise product", SpeedTable.DepthwiseProduct, "Conv", new(1, Channels, Size, Size), new(Channels, 1, 3, 3), Size * Size, Window(3).With("group", (long)Channels));
        foreach (string op in SpeedTable.Elements.Keys.Order(StringComparer.Ordinal))
        {
            Graph graph = Behind(op);
            bool isMean = op == "GlobalAveragePool";
            yield return new(op, isMean ? "input element" : "output element", graph.Fact(isMean ? graph.Producer(graph.Outputs[0].Name)!.Inputs[0] : graph.Outputs[0].Name).ToShape().Length, SpeedTable.Elements[op], graph, s_pair, name => name == op);
        }
        Graph sum = Behind("Add"); // its convolutions read two quantized inputs, and its result is dequantized
        yield return new("quantize", "element", s_pair.Sum(static tensor => tensor.Length), new(SpeedTable.Quantize, 0), sum, s_pair, static name => name == Quantize);
        yield return new("dequantize", "element", s_pair[0].Length, new(SpeedTable.Dequantize, 0), sum, s_pair, static name => name == Dequantize);
    }

    private static SpeedProbe Product(string work, SpeedRow table, string op, Shape input, Shape weights, int positions, NodeAttributes settings)
    {
        ImmutableArray<Tensor> x = [Values(input, 1)];
        return new(work, "multiplication", (double)positions * weights.Length, table, Build(op, x, [Values(weights, 3)], settings), x, static name => name is not (Quantize or Dequantize));
    }

    private static Graph Build(string op, ImmutableArray<Tensor> inputs, ImmutableArray<Tensor> constants, NodeAttributes settings)
    {
        var graph = new GraphBuilder(op, 13);
        ImmutableArray<string> names =
        [
            .. inputs.Select((tensor, i) => graph.AddInput($"x{i}", new TensorFact(ElementType.Float32, tensor.Shape))),
            .. constants.Select((tensor, i) => graph.AddConstant($"w{i}", tensor)),
        ];
        graph.AddOutput(graph.Add("y", op, names, settings));
        return graph.Build();
    }

    /// <summary>An operator behind convolutions, which give it codes; those of one input behind a pool as well, so that they are no activation of the convolution.</summary>
    private static Graph Behind(string op)
    {
        var graph = new GraphBuilder(op, 13);
        string[] values = [.. s_pair.Select((tensor, i) => graph.Add($"conv{i}", "Conv",
            [graph.AddInput($"x{i}", new TensorFact(ElementType.Float32, tensor.Shape)), graph.AddConstant($"w{i}", Values(new(Channels, Channels, 1, 1), 5 + i))]))];
        NodeAttributes halves = NodeAttributes.Empty.With("kernel_shape", ImmutableArray.Create(2L, 2L)).With("strides", ImmutableArray.Create(2L, 2L));
        string value = op is "Add" or "Mul" or "Sub" ? graph.Add("y", op, [.. values]) : graph.Add("pool", "MaxPool", [graph.Add("sum", "Add", [.. values])], halves);
        if (op is not ("Add" or "Mul" or "Sub" or "MaxPool"))
        {
            ImmutableArray<string> bounds = op == "Clip" ? [graph.AddConstant("low", Tensor.Scalar(-1f)), graph.AddConstant("high", Tensor.Scalar(1f))] : [];
            value = graph.Add("y", op, [value, .. bounds]);
        }
        graph.AddOutput(value);
        return graph.Build();
    }

    private static NodeAttributes Window(long size) =>
        NodeAttributes.Empty.With("kernel_shape", ImmutableArray.Create(size, size)).With("pads", ImmutableArray.Create(size / 2, size / 2, size / 2, size / 2));

    private static Tensor Values(Shape shape, int seed)
    {
        var random = new Random(seed);
        var tensor = new Tensor(ElementType.Float32, shape);
        foreach (ref float value in tensor.AsSpan<float>()) { value = random.NextSingle() * 4f - 2f; }
        return tensor;
    }
}
