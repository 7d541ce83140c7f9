using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Graphs.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class ResidualConvolutionSpec
{
    private const int Channels = 10;

    private static readonly Tensor s_x = SmallNetwork.Random(new Random(4), new Shape(3, Channels, 5, 7));

    public static IEnumerable<object[]> Engines => EnginesUnderTest.All.Select(static engine => new object[] { engine.Name });

    [TestMethod]
    [DynamicData(nameof(Engines))]
    public void An_addition_behind_a_convolution_is_part_of_it_with_the_bits_of_both(string engine)
    {
        foreach (Graph graph in new[] { Block(), Downsampling(), Block(relu: false), OfItsOwnInput(), Overwriting() })
        {
            using ExecutionPlan apart = ExecutionPlan.Bind(graph, new() { Engine = EngineList.Reference, KeepsValues = true });
            byte[] expected = apart.Run(s_x)[0].Bytes.ToArray();
            foreach (int threads in new[] { 1, 2 })
            {
                using ExecutionPlan joined = ExecutionPlan.Bind(graph, new() { Engine = EngineList.Find(engine), Threads = threads });
                Assert.IsFalse(joined.Calls.Any(static call => call.Inputs.Length == 2 && call.Step is not Operators.ConvolutionStep), graph.Name);
                Assert.Contains(static call => call.Inputs.Length == 2, joined.Calls);
                Assert.IsTrue(joined.Run(s_x)[0].Bytes.SequenceEqual(expected), $"{graph.Name} on {engine} with {threads} threads");
            }
        }
    }

    [TestMethod]
    public void Of_two_convolutions_the_later_one_adds_the_other()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(Downsampling());
        PlanCall last = plan.Calls.Single(static call => call.Inputs.Length == 2);
        Assert.StartsWith("short", last.Inputs[1]);
    }

    [TestMethod]
    public void A_convolution_that_others_read_too_or_that_is_limited_by_itself_stays_apart()
    {
        foreach (Graph graph in new[] { Block(readTwice: true), Block(isOutput: true), Block(limited: true), Block(depthwise: true) })
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(graph);
            Assert.IsFalse(plan.Calls.Any(static call => call.Step is Operators.ConvolutionStep && call.Inputs.Length == 2));
        }
    }

    [TestMethod]
    public void A_tap_sees_what_the_convolution_gives_before_the_addition()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(Block());
        var tap = new Recorder();
        plan.Run([s_x], tap);
        var head = new GraphBuilder(Block());
        head.AddOutput("second_output");
        using ExecutionPlan headPlan = ExecutionPlan.Bind(head.Build());
        CollectionAssert.AreEqual(headPlan.Run(s_x)[1].AsSpan<float>().ToArray(), tap.Seen["second_output"]);
        using RunContext context = plan.Rent(s_x.Shape);
        s_x.AsSpan<float>().CopyTo(context.Input<float>(0));
        context.Run(new Recorder());
        float[] shown = context.Output<float>(0).ToArray();
        context.Run();
        CollectionAssert.AreEqual(shown, context.Output<float>(0).ToArray());
    }

    /// <summary>y = relu(second(first(x)) + first(x)).</summary>
    private static Graph Block(bool relu = true, bool readTwice = false, bool isOutput = false, bool limited = false, bool depthwise = false)
    {
        (GraphBuilder graph, Random random) = Begin("block");
        string first = Conv(graph, random, "first", "x", 3), second = Conv(graph, random, "second", first, 3, groups: depthwise ? Channels : 1);
        if (limited) { second = graph.Add("limited", "Relu", [second]); }
        string sum = graph.Add("sum", "Add", [second, first]);
        if (relu) { sum = graph.Add("relu", "Relu", [sum]); }
        graph.AddOutput(readTwice ? graph.Add("product", "Mul", [sum, second]) : sum);
        if (isOutput) { graph.AddOutput(second); }
        return graph.Build();
    }

    /// <summary>y = relu(long2(long1(x)) + short(x)).</summary>
    private static Graph Downsampling()
    {
        (GraphBuilder graph, Random random) = Begin("downsampling");
        string shorter = Conv(graph, random, "short", "x", 1, stride: 2), longer = Conv(graph, random, "long2", Conv(graph, random, "long1", "x", 3, stride: 2), 3);
        graph.AddOutput(graph.Add("relu", "Relu", [graph.Add("sum", "Add", [shorter, longer])]));
        return graph.Build();
    }

    /// <summary>y = second(first) + first, where first has no other reader: what is read tap by tap may not be overwritten.</summary>
    private static Graph OfItsOwnInput()
    {
        (GraphBuilder graph, Random random) = Begin("of its own input");
        string first = Conv(graph, random, "first", "x", 1);
        graph.AddOutput(graph.Add("flat", "Flatten", [graph.Add("sum", "Add", [first, Conv(graph, random, "second", first, 3)])]));
        return graph.Build();
    }

    /// <summary>Two sums in a row, the first of which the second may overwrite.</summary>
    private static Graph Overwriting()
    {
        (GraphBuilder graph, Random random) = Begin("overwriting");
        string first = Conv(graph, random, "first", "x", 1), second = Conv(graph, random, "second", first, 3), third = Conv(graph, random, "third", second, 1);
        string sum = graph.Add("sum", "Add", [first, third]), fourth = Conv(graph, random, "fourth", "x", 3);
        graph.AddOutput(graph.Add("flat", "Flatten", [graph.Add("sum2", "Add", [sum, fourth])]));
        return graph.Build();
    }

    private static (GraphBuilder Graph, Random Random) Begin(string name)
    {
        var graph = new GraphBuilder(name, 13);
        graph.AddInput("x", new TensorFact(ElementType.Float32, [Dimension.Named("batch"), Channels, 5, 7]));
        return (graph, new Random(9));
    }

    private static string Conv(GraphBuilder graph, Random random, string name, string input, int kernel, int stride = 1, int groups = 1)
    {
        string weights = graph.AddConstant(name + "_weights", SmallNetwork.Random(random, new Shape(Channels, Channels / groups, kernel, kernel), 0.5f));
        string bias = graph.AddConstant(name + "_bias", SmallNetwork.Random(random, new Shape(Channels)));
        return graph.Add(name, "Conv", [input, weights, bias],
            SmallNetwork.Attributes(("kernel_shape", [kernel, kernel]), ("pads", [kernel / 2, kernel / 2, kernel / 2, kernel / 2]), ("strides", [stride, stride])).With("group", (long)groups));
    }

    private sealed class Recorder : IActivationTap
    {
        public Dictionary<string, float[]> Seen { get; } = [];

        public bool Wants(string value) => true;

        public void Observe(string value, ReadOnlySpan<float> elements, Shape shape) => Seen.Add(value, elements.ToArray());
    }
}
