using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>Small networks with random weights, drawn by seed.</summary>
internal static class SmallNetwork
{
    /// <summary>
    /// Two convolutions with a residual Add, depthwise and transposed convolution, both pools, Concat, a sigmoid, a change of layout and a
    /// matrix product: each kind of step once. Input [batch, 3, 8, 8], output [batch, 5].
    /// </summary>
    public static Graph Everything(int seed = 1)
    {
        var random = new Random(seed);
        var graph = new GraphBuilder("everything", 13);
        string x = graph.AddInput("x", new TensorFact(ElementType.Float32, [Dimension.Named("batch"), 3, 8, 8]));
        string first = Relu(Conv("conv1", x, 3, 9, 3));
        string second = Conv("conv2", first, 9, 9, 3);
        string sum = Relu(graph.Add("sum", "Add", [first, second]));
        string pooled = graph.Add("pool", "MaxPool", [sum], Attributes(("kernel_shape", [2, 2]), ("strides", [2, 2])));
        string depthwise = Conv("depthwise", pooled, 9, 9, 3, groups: 9);
        string joined = graph.Add("joined", "Concat", [pooled, depthwise], NodeAttributes.Empty.With("axis", 1L));
        string wide = graph.Add("wide", "ConvTranspose", [joined, Weights("wide", 18, 4, 2, 2), Weights("wide_bias", 4)], Attributes(("kernel_shape", [2, 2]), ("strides", [2, 2])));
        string gate = graph.Add("gate", "Sigmoid", [wide]);
        string mean = graph.Add("mean", "AveragePool", [gate], Attributes(("kernel_shape", [4, 4]), ("strides", [4, 4])));
        string flat = graph.Add("flat", "Flatten", [mean]);
        graph.AddOutput(graph.Add("scores", "Gemm", [flat, Weights("scores", 5, 16), Weights("scores_bias", 5)], NodeAttributes.Empty.With("transB", 1L)));
        return graph.Build();

        string Relu(string value) => graph.Add(graph.Unique("relu"), "Relu", [value]);

        string Conv(string name, string input, int channelsIn, int channelsOut, int kernel, int groups = 1) => graph.Add(name, "Conv",
            [input, Weights(name, channelsOut, channelsIn / groups, kernel, kernel), Weights(name + "_bias", channelsOut)],
            Attributes(("kernel_shape", [kernel, kernel]), ("pads", [1, 1, 1, 1])).With("group", (long)groups));

        string Weights(string name, params int[] shape) => graph.AddConstant(name + "_weights", Random(random, new Shape(shape), 0.5f));
    }

    public static NodeAttributes Attributes(params (string Name, long[] Value)[] settings) =>
        settings.Aggregate(NodeAttributes.Empty, (attributes, setting) => attributes.With(setting.Name, setting.Value.ToImmutableArray()));

    public static Tensor Random(Random random, Shape shape, float magnitude = 1f)
    {
        var tensor = new Tensor(ElementType.Float32, shape);
        foreach (ref float value in tensor.AsSpan<float>()) { value = (2f * random.NextSingle() - 1f) * magnitude; }
        return tensor;
    }

    /// <summary>Rows <paramref name="from"/> to <paramref name="to"/> of a tensor.</summary>
    public static Tensor Rows(Tensor tensor, int from, int to)
    {
        int row = tensor.Length / tensor.Shape[0];
        return Tensor.Create<float>(tensor.AsSpan<float>()[(from * row)..(to * row)], new Shape([to - from, .. tensor.Shape.Sizes[1..]]));
    }
}
