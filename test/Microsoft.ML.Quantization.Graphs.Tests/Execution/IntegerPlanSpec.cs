using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>What bound plans of quantized image networks join, and that nothing but time changes by it.</summary>
[TestClass]
[TestCategory("Engine")]
public sealed class IntegerPlanSpec
{
    private const int Channels = 20, Rows = 5;

    private static readonly Tensor s_x = SmallNetwork.Random(new Random(4), new Shape(Rows, 3, 9, 7));

    public static IEnumerable<object[]> Engines => EnginesUnderTest.All.Select(static engine => new object[] { engine.Name });

    [TestMethod]
    [DynamicData(nameof(Engines))]
    public void Joined_calls_have_the_bits_of_calls_one_by_one_on_every_engine_thread_count_and_batch(string engine)
    {
        foreach (Graph graph in new[] { Residual(), Residual(relu: false), Downsampling(), Grouped(), Flattened("Gemm"), Flattened("MatMul"), Drawing(), Depths() })
        {
            Graph quantized = Quantize(graph);
            using ExecutionPlan apart = ExecutionPlan.Bind(quantized, new() { Engine = EngineList.Reference, KeepsValues = true });
            byte[] expected = apart.Run(s_x)[0].Bytes.ToArray();
            foreach (int threads in new[] { 1, 2 })
            {
                using ExecutionPlan plan = ExecutionPlan.Bind(quantized, new() { Engine = EngineList.Find(engine), Threads = threads });
                Assert.IsTrue(plan.Run(s_x)[0].Bytes.SequenceEqual(expected), $"{graph.Name} on {engine} with {threads} threads");
                byte[] rows = [.. Enumerable.Range(0, Rows).SelectMany(row => plan.Run(SmallNetwork.Rows(s_x, row, row + 1))[0].Bytes.ToArray())];
                CollectionAssert.AreEqual(expected, rows, $"{graph.Name} on {engine} row by row");
            }
        }
    }

    [TestMethod]
    public void Codes_are_added_in_the_store_of_the_convolution_that_runs_last_and_the_notes_say_so()
    {
        using ExecutionPlan block = ExecutionPlan.Bind(Quantize(Residual())), down = ExecutionPlan.Bind(Quantize(Downsampling()));
        foreach (ExecutionPlan plan in new[] { block, down })
        {
            Assert.IsFalse(plan.Calls.Any(static call => call.Step is IntegerBinary));
            Assert.AreEqual(1, plan.Calls.Count(static call => call is { Step: ConvolutionStep, Inputs: [_, { Length: > 0 }] }));
        }
        Assert.AreEqual("Add runs in integers, in the store of Conv 'second'", block.Notes.Single(static note => note.Node == "sum").Text);
        Assert.AreEqual("Add runs in integers, in the store of Conv 'long2'", down.Notes.Single(static note => note.Node == "sum").Text);
    }

    [TestMethod]
    public void A_convolution_whose_codes_are_read_elsewhere_or_with_one_channel_in_a_group_is_not_joined()
    {
        foreach (Graph graph in new[] { Residual(readTwice: true), Residual(groups: Channels) })
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(Quantize(graph));
            Assert.AreEqual(1, plan.Calls.Count(static call => call is { Step: IntegerBinary, Node.Operator: "Add" }), graph.Name);
            Assert.AreEqual("Add runs in integers", plan.Notes.Single(static note => note.Node == "sum").Text);
        }
    }

    [TestMethod]
    public void Images_change_their_layout_while_they_are_quantized_and_flat_rows_do_not_change_it_at_all()
    {
        foreach (string product in new[] { "Gemm", "MatMul" })
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(Quantize(Flattened(product)));
            Assert.IsInstanceOfType<QuantizeChannelsLastStep>(plan.Calls[0].Step);
            Assert.AreEqual(0, plan.Calls.Count(static call => call.Step is LayoutStep or CopyStep), product);
        }
    }

    [TestMethod]
    public void Codes_rather_than_floats_go_back_to_row_major()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(Quantize(Drawing()));
        PlanCall change = plan.Calls.Single(static call => call.Step is LayoutStep);
        Assert.AreEqual(plan.Calls.IndexOf(change) + 1, plan.Calls.IndexOf(plan.Calls.Single(static call => call.Step is DequantizeStep)));
    }

    [TestMethod]
    public void A_tap_sees_what_a_plan_without_copies_hides()
    {
        Graph graph = Flattened("Gemm");
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        var tap = new Recorder();
        plan.Run([s_x], tap);
        Assert.Contains("flat_output", tap.Seen);
    }

    private static Graph Quantize(Graph graph) => ModelQuantizer.QuantizeStatic(graph, [[s_x]]).Graph;

    /// <summary>y = relu(second(first(x)) + first(x)).</summary>
    private static Graph Residual(bool relu = true, bool readTwice = false, int groups = 1)
    {
        var net = new Net($"residual relu {relu} read twice {readTwice} groups {groups}");
        string first = net.Conv("first", "x", 3, Channels, 3), second = net.Conv("second", first, Channels, Channels, 3, groups: groups), sum = net.Graph.Add("sum", "Add", [first, second]);
        if (relu) { sum = net.Graph.Add("relu", "Relu", [sum]); }
        return net.Finish(readTwice ? net.Graph.Add("product", "Mul", [sum, second]) : sum);
    }

    /// <summary>y = relu(short(x) + long2(long1(x))), with steps of two.</summary>
    private static Graph Downsampling()
    {
        var net = new Net("downsampling");
        string shorter = net.Conv("short", "x", 3, Channels, 1, stride: 2), longer = net.Conv("long2", net.Conv("long1", "x", 3, 17, 3, stride: 2), 17, Channels, 3);
        return net.Finish(net.Graph.Add("relu", "Relu", [net.Graph.Add("sum", "Add", [shorter, longer])]));
    }

    private static Graph Grouped()
    {
        var net = new Net("groups of several");
        string first = net.Conv("first", "x", 3, Channels, 1);
        return net.Finish(net.Graph.Add("sum", "Add", [net.Conv("second", first, Channels, Channels, 3, groups: 4), first]));
    }

    /// <summary>y = product(flatten(pool(conv(x)))).</summary>
    private static Graph Flattened(string product)
    {
        var net = new Net("flattened " + product);
        string pooled = net.Graph.Add("pool", "MaxPool", [net.Conv("first", "x", 3, 12, 3)], SmallNetwork.Attributes(("kernel_shape", [2, 2]), ("strides", [2, 2])));
        string flat = net.Graph.Add("flat", "Flatten", [pooled]);
        Assert.AreEqual("flat_output", flat);
        string weights = net.Graph.AddConstant("weights", SmallNetwork.Random(new Random(8), product == "Gemm" ? new Shape(7, 144) : new Shape(144, 7), 0.2f));
        net.Graph.AddOutput(product == "Gemm" ? net.Graph.Add("scores", "Gemm", [flat, weights], NodeAttributes.Empty.With("transB", 1L)) : net.Graph.Add("scores", "MatMul", [flat, weights]));
        return net.Graph.Build();
    }

    /// <summary>An image to an image of three colours.</summary>
    private static Graph Drawing()
    {
        var net = new Net("drawing");
        net.Graph.AddOutput(net.Conv("second", net.Conv("first", "x", 3, 8, 3), 8, 3, 3));
        return net.Graph.Build();
    }

    /// <summary>Two sums in a row, of convolutions deep enough for every kind of tile.</summary>
    private static Graph Depths()
    {
        var net = new Net("depths");
        string first = net.Conv("first", "x", 3, 70, 1), second = net.Conv("second", first, 70, 70, 3), sum = net.Graph.Add("sum", "Add", [first, second]);
        string third = net.Conv("third", sum, 70, 70, 1), again = net.Graph.Add("again", "Add", [third, sum]);
        return net.Finish(net.Graph.Add("relu", "Relu", [again]));
    }

    private sealed class Net
    {
        private readonly Random _random = new(9);

        public Net(string name)
        {
            Graph = new(name, 13);
            Graph.AddInput("x", new TensorFact(ElementType.Float32, [Dimension.Named("batch"), 3, 9, 7]));
        }

        public GraphBuilder Graph { get; }

        public string Conv(string name, string input, int inputs, int outputs, int kernel, int stride = 1, int groups = 1) => Graph.Add(name, "Conv",
            [input, Graph.AddConstant(name + "_weights", SmallNetwork.Random(_random, new Shape(outputs, inputs / groups, kernel, kernel), 0.3f)), Graph.AddConstant(name + "_bias", SmallNetwork.Random(_random, new Shape(outputs)))],
            SmallNetwork.Attributes(("kernel_shape", [kernel, kernel]), ("pads", [kernel / 2, kernel / 2, kernel / 2, kernel / 2]), ("strides", [stride, stride])).With("group", (long)groups));

        public Graph Finish(string value)
        {
            Graph.AddOutput(Graph.Add("mean", "GlobalAveragePool", [value]));
            return Graph.Build();
        }
    }

    private sealed class Recorder : IActivationTap
    {
        public HashSet<string> Seen { get; } = [];

        public bool Wants(string value) => true;

        public void Observe(string value, ReadOnlySpan<float> elements, Shape shape) => Seen.Add(value);
    }
}
