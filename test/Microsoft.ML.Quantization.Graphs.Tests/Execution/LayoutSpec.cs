using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>Operators between convolutions take channels-last buffers as they are: layouts change at the edges of a plan only.</summary>
[TestClass]
public sealed class LayoutSpec
{
    private const int Channels = 12, Height = 6, Width = 8;

    private static readonly Tensor s_x = SmallNetwork.Random(new Random(3), new Shape(3, Channels, Height, Width));

    private static readonly string[] s_cases =
    [
        "Concat channels", "Concat rows", "Concat columns", "Concat batch", "Concat of three", "Split", "Split columns", "Slice", "Slice channels backwards", "Pad", "Pad channels", "Pad edge", "DepthToSpace DCR", "DepthToSpace CRD",
        "SpaceToDepth", "Resize nearest", "Resize nearest sizes", "Resize linear", "Resize channels", "PRelu", "PRelu one", "BatchNormalization", "Softmax channels", "Mul by number", "Add by channel", "Mul gate", "Sub gate first", "Relu", "Sigmoid",
    ];

    public static IEnumerable<object[]> Cases => s_cases.Select(static name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void A_plan_with_the_operator_inside_gives_the_bits_of_the_operator_on_row_major_buffers(string name)
    {
        // The operator alone has row-major edges; the convolution before it computes the same either way.
        var before = new GraphBuilder("before", 13);
        before.AddOutput(Convolution(before, before.AddInput("x", Fact)));
        Tensor middle = Run(before.Build());
        var alone = new GraphBuilder("alone", 13);
        alone.AddOutput(Operator(alone, name, alone.AddInput("x", Fact)));
        Tensor expected = Run(alone.Build(), middle);

        using ExecutionPlan plan = ExecutionPlan.Bind(Whole(name));
        Tensor actual = plan.Run(s_x)[0];

        Assert.AreEqual(expected.Shape, actual.Shape);
        Assert.IsTrue(expected.Bytes.SequenceEqual(actual.Bytes), name);
        Assert.AreEqual(2, plan.Calls.Count(static call => call.Step is LayoutStep), $"{name}: changes of layout, one before the convolution and one at the output");
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void So_does_the_quantized_network(string name)
    {
        Graph graph = Whole(name), quantized = ModelQuantizer.QuantizeStatic(graph, [[s_x]]).Graph;
        using ExecutionPlan real = ExecutionPlan.Bind(graph), plan = ExecutionPlan.Bind(quantized), reference = ExecutionPlan.Bind(quantized, new() { Engine = EngineList.Reference, KeepsValues = true });
        ReadOnlySpan<float> expected = real.Run(s_x)[0].AsSpan<float>(), actual = plan.Run(s_x)[0].AsSpan<float>();

        double noise = 0.0, signal = 0.0;
        for (int i = 0; i < expected.Length; i++) { (noise, signal) = (noise + Math.Pow(expected[i] - actual[i], 2), signal + Math.Pow(expected[i], 2)); }
        Assert.IsLessThan(signal / 100.0, noise, $"{name}: less than 20 dB");
        Assert.IsTrue(reference.Run(s_x)[0].Bytes.SequenceEqual(plan.Run(s_x)[0].Bytes), name);
        Assert.AreEqual(1, plan.Calls.Count(static call => call.Step is LayoutStep), $"{name}: changes of layout, of the output's codes");
    }

    [TestMethod]
    public void Nearest_codes_are_moved_without_a_look_at_their_values()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(ModelQuantizer.QuantizeStatic(Whole("Resize nearest"), [[s_x]]).Graph);
        Assert.Contains(static call => call.Step is NearestStep, plan.Calls);
    }

    private static TensorFact Fact => new(ElementType.Float32, [Dimension.Named("batch"), Channels, Height, Width]);

    private static Tensor Run(Graph graph, Tensor? input = null)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        return plan.Run(input ?? s_x)[0];
    }

    private static Graph Whole(string name)
    {
        var graph = new GraphBuilder(name, 13);
        graph.AddOutput(Operator(graph, name, Convolution(graph, graph.AddInput("x", Fact))));
        return graph.Build();
    }

    private static string Convolution(GraphBuilder graph, string input) =>
        graph.Add("conv", "Conv", [input, graph.AddConstant("weights", SmallNetwork.Random(new Random(5), new Shape(Channels, Channels, 1, 1), 0.4f))], SmallNetwork.Attributes(("kernel_shape", [1, 1])));

    private static string Operator(GraphBuilder graph, string name, string x)
    {
        NodeAttributes none = NodeAttributes.Empty;
        return name switch
        {
            "Concat channels" => Add("Concat", [x, x], none.With("axis", 1L)),
            "Concat rows" => Add("Concat", [x, x], none.With("axis", 2L)),
            "Concat columns" => Add("Concat", [x, x], none.With("axis", -1L)),
            "Concat batch" => Add("Concat", [x, x], none.With("axis", 0L)),
            "Concat of three" => Add("Concat", [x, x, x], none.With("axis", 1L)),
            "Split" => Split(1),
            "Split columns" => Split(3),
            "Slice" => Add("Slice", [x, Longs("starts", 1, 2), Longs("ends", 5, 7), Longs("axes", 2, 3), Longs("steps", 2, 1)]),
            "Slice channels backwards" => Add("Slice", [x, Longs("starts", -2), Longs("ends", 1), Longs("axes", 1), Longs("steps", -3)]),
            "Pad" => Add("Pad", [x, Longs("pads", 0, 0, 1, 2, 0, 0, 0, 3)]),
            "Pad channels" => Add("Pad", [x, Longs("pads", 0, 2, 0, 0, 0, 1, 0, 0), graph.AddConstant("value", Tensor.Scalar(0.5f))]),
            "Pad edge" => Add("Pad", [x, Longs("pads", 0, 1, 1, 2, 0, 0, 1, 0)], none.With("mode", "edge")),
            "DepthToSpace DCR" => Add("DepthToSpace", [x], none.With("blocksize", 2L)),
            "DepthToSpace CRD" => Add("DepthToSpace", [x], none.With("blocksize", 2L).With("mode", "CRD")),
            "SpaceToDepth" => Add("SpaceToDepth", [x], none.With("blocksize", 2L)),
            "Resize nearest" => Add("Resize", [x, "", Floats("scales", 1f, 1f, 2f, 1.5f)], none.With("mode", "nearest")),
            "Resize nearest sizes" => Add("Resize", [x, "", Floats("scales", 1f, 1f, 0.5f, 3f)], none.With("mode", "nearest").With("coordinate_transformation_mode", "asymmetric").With("nearest_mode", "floor")),
            "Resize linear" => Add("Resize", [x, "", Floats("scales", 1f, 1f, 2f, 0.5f)], none.With("mode", "linear")),
            "Resize channels" => Add("Resize", [x, "", Floats("scales", 1f, 2f, 1f, 1f)], none.With("mode", "nearest")),
            "PRelu" => Add("PRelu", [x, Random("slope", Channels, 1, 1)]),
            "PRelu one" => Add("PRelu", [x, Random("slope", 1)]),
            "BatchNormalization" => Add("BatchNormalization", [Add("Relu", [x]), Random("scale", Channels), Random("bias", Channels), Random("mean", Channels), graph.AddConstant("variance", Tensor.Create<float>([.. Enumerable.Repeat(0.7f, Channels)], new Shape(Channels)))]),
            "Softmax channels" => Add("Softmax", [x], none.With("axis", 1L)),
            "Mul by number" => Add("Mul", [Add("Sigmoid", [x]), graph.AddConstant("number", Tensor.Scalar(0.37f))]),
            "Add by channel" => Add("Add", [Add("Sigmoid", [x]), Random("addend", 1, Channels, 1, 1)]),
            "Mul gate" => Add("Mul", [x, Gate()]),
            "Sub gate first" => Add("Sub", [Gate(), x]),
            _ => Add(name, [x]),
        };

        string Add(string op, ImmutableArray<string> inputs, NodeAttributes? attributes = null) => graph.Add(graph.Unique("op"), op, inputs, attributes);

        string Gate() => Add("Sigmoid", [Add("GlobalAveragePool", [x])]);

        string Split(long axis)
        {
            ImmutableArray<string> parts = [graph.Unique("part"), graph.Unique("part")];
            graph.Add(new Node("split", "Split", [x], parts, none.With("axis", axis)));
            return Add("Concat", [parts[1], parts[0]], none.With("axis", axis));
        }

        string Longs(string constant, params long[] values) => graph.AddConstant(constant, Tensor.Create<long>(values, new Shape(values.Length)));

        string Floats(string constant, params float[] values) => graph.AddConstant(constant, Tensor.Create<float>(values, new Shape(values.Length)));

        string Random(string constant, params int[] sizes) => graph.AddConstant(constant, SmallNetwork.Random(new Random(6), new Shape(sizes)));
    }
}
