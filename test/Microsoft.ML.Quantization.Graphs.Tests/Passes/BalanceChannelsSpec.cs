using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Passes;

/// <summary>Channels of very different size between two layers: what cross-layer equalization is for, done from what calibration saw and only where it is needed.</summary>
[TestClass]
public sealed class BalanceChannelsSpec
{
    // Two pointwise layers, and a depthwise one between them where asked; the channels between them are scaled there and back by 10^±spread.
    private static Graph Network(double spread, string activation = "Relu", bool depthwise = true, double shift = 0, bool clip = false)
    {
        var random = new Random(3);
        float[] scales = [.. Enumerable.Range(0, 8).Select(_ => (float)Math.Pow(10, shift + spread * (2 * random.NextDouble() - 1)))];
        float[] Numbers(int count, Func<int, float> scale) => [.. Enumerable.Range(0, count).Select(i => (float)(2 * random.NextDouble() - 1) * scale(i))];
        var builder = new GraphBuilder("net", 13);
        builder.AddInput("x", new(ElementType.Float32, [Dimension.Named("n"), 4, 6, 6]));
        builder.AddConstant("w1", Tensor.Create<float>(Numbers(8 * 4, i => scales[i / 4]), new Shape(8, 4, 1, 1)));
        builder.AddConstant("b1", Tensor.Create<float>(Numbers(8, i => scales[i]), new Shape(8)));
        builder.Add(new Node("c1", "Conv", ["x", "w1", "b1"], ["h1"], NodeAttributes.Empty));
        builder.AddConstant("zero", Tensor.Scalar(0f));
        builder.AddConstant("six", Tensor.Scalar(6f));
        builder.Add(clip ? new Node("a1", "Clip", ["h1", "zero", "six"], ["r1"], NodeAttributes.Empty) : new Node("a1", activation, ["h1"], ["r1"], NodeAttributes.Empty));
        string last = "r1";
        if (depthwise)
        {
            builder.AddConstant("w2", Tensor.Create<float>(Numbers(8 * 9, i => scales[7 - i / 9] / scales[i / 9]), new Shape(8, 1, 3, 3)));
            builder.Add(new Node("c2", "Conv", ["r1", "w2"], ["h2"], NodeAttributes.Empty.With("group", 8)));
            builder.Add(clip ? new Node("a2", "Clip", ["h2", "zero", "six"], ["r2"], NodeAttributes.Empty) : new Node("a2", activation, ["h2"], ["r2"], NodeAttributes.Empty));
            last = "r2";
        }
        builder.AddConstant("w3", Tensor.Create<float>(Numbers(5 * 8, i => 1 / scales[depthwise ? 7 - i % 8 : i % 8]), new Shape(5, 8, 1, 1)));
        builder.Add(new Node("c3", "Conv", [last, "w3"], ["y"], NodeAttributes.Empty));
        builder.AddOutput("y");
        return builder.Build();
    }

    private static Tensor Images()
    {
        var random = new Random(7);
        return Tensor.Create<float>([.. Enumerable.Range(0, 16 * 4 * 36).Select(_ => (float)(2 * random.NextDouble() - 1))], new Shape(16, 4, 6, 6));
    }

    private static double Decibels(Graph graph, Graph quantized)
    {
        using ExecutionPlan real = ExecutionPlan.Bind(graph), codes = ExecutionPlan.Bind(quantized);
        float[] expected = real.Run(Images())[0].AsSpan<float>().ToArray(), actual = codes.Run(Images())[0].AsSpan<float>().ToArray();
        return 10 * Math.Log10(expected.Sum(value => (double)value * value) / expected.Zip(actual, (a, b) => (double)(a - b) * (a - b)).Sum());
    }

    [TestMethod]
    public void Rows_that_were_merged_keep_their_part_in_the_ranges()
    {
        Graph graph = Network(3);
        using StaticQuantizer first = new(graph), second = new(graph);
        first.Observe([Images()]);
        Tensor large = Images();
        foreach (ref float value in large.AsSpan<float>()) { value *= 100; }
        second.Observe([large]);
        first.Calibration.Merge(second.Calibration);
        QuantizedModel merged = first.Convert();
        Assert.IsTrue(merged.Notes.Any(note => note.Pass == "BalanceChannels" && !note.Applied && note.Text.StartsWith("16 of 32 calibrated rows ran here", StringComparison.Ordinal)));
        Assert.AreEqual(GraphText.Print(Converter.Run(first.Prepared, first.Calibration).Graph), GraphText.Print(merged.Graph));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Default_quantization_keeps_channels_of_a_thousandth_and_of_a_thousand(bool depthwise)
    {
        Graph even = Network(0, depthwise: depthwise), spread = Network(3, depthwise: depthwise);
        QuantizedModel quantized = ModelQuantizer.QuantizeStatic(spread, [[Images()]]);
        double expected = Decibels(even, ModelQuantizer.QuantizeStatic(even, [[Images()]]).Graph);
        Assert.IsGreaterThan(expected - 3, Decibels(spread, quantized.Graph), "as if they had never been spread, but for the rounding of factors to powers of two");
        Assert.IsTrue(quantized.Notes.Any(note => note is { Pass: nameof(BalanceChannels), Applied: true } && note.Text.Contains("which cuts the noise", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Channels_below_the_ceiling_of_a_clip_grow_up_to_it()
    {
        // Sizes from 1/1000 to 1 in front of a ReLU6: nothing is cut off, before or after.
        Graph even = Network(0), spread = Network(1.5, shift: -1.5, clip: true);
        QuantizedModel quantized = ModelQuantizer.QuantizeStatic(spread, [[Images()]]);
        Assert.IsGreaterThan(Decibels(even, ModelQuantizer.QuantizeStatic(even, [[Images()]]).Graph) - 3, Decibels(spread, quantized.Graph));
        CollectionAssert.AreEquivalent(new[] { "c1", "c2" }, Applied(quantized));
    }

    [TestMethod]
    public void The_float_network_stays_the_same_bit_for_bit()
    {
        PreparedGraph prepared = Prepare.Run(FusionPipeline.Run(Network(3)).Graph, QConfigMapping.Default);
        var calibration = new Calibration(prepared);
        var ranges = new ChannelRanges(prepared.Graph);
        using ExecutionPlan before = ExecutionPlan.Bind(prepared.Graph);
        Tensor expected = before.Run([Images()], new Watch(calibration, ranges))[0];
        calibration.AddRows(16);
        (PreparedGraph balanced, Calibration shown, _) = BalanceChannels.Run(prepared, calibration, ranges);
        Assert.AreNotSame(prepared, balanced);
        using ExecutionPlan after = ExecutionPlan.Bind(balanced.Graph);
        var seen = new Calibration(balanced);
        CollectionAssert.AreEqual(expected.Bytes.ToArray(), after.Run([Images()], new Watch(seen, new(balanced.Graph)))[0].Bytes.ToArray(), "factors are powers of two");
        foreach (string value in seen.Values)
        {
            Assert.AreEqual(((MinMaxObserver)seen.ObserverOf(value)).Maxima[0], ((MinMaxObserver)shown.ObserverOf(value)).Maxima[0], $"the range of {value} is the one a second run would give");
        }
    }

    [TestMethod]
    [DataRow(0, "Relu", DisplayName = "Channels of a size keep their weights")]
    [DataRow(3, "Sigmoid", DisplayName = "A curve does not commute with factors")]
    public void Leaves_alone(double spread, string activation) =>
        Assert.IsEmpty(Applied(ModelQuantizer.QuantizeStatic(Network(spread, activation, depthwise: false), [[Images()]])));

    [TestMethod]
    public void Other_observers_than_those_of_extremes_decline()
    {
        QuantizedModel quantized = ModelQuantizer.QuantizeStatic(Network(3), [[Images()]], new() { QConfigs = QConfigMapping.Empty.SetGlobal(new(new ObserverSpec { Observer = "Histogram" }, QConfigMapping.Default.Global!.Weight)) });
        Assert.AreEqual("its channels differ in size; they are evened out only where values are observed by MinMax, and 'r1' is observed by Histogram", quantized.Notes.First(note => note.Pass == nameof(BalanceChannels)).Text);
    }

    [TestMethod]
    [DataRow("GlobalAveragePool(relu); flat = Flatten(mid)", true)]
    [DataRow("ReduceMean(relu) {axes = [2, -1], keepdims = 0}; flat = Identity(mid)", true)]
    [DataRow("ReduceMean(relu) {axes = [3], keepdims = 0}; flat = ReduceMean(mid) {axes = [1], keepdims = 0}", false, DisplayName = "Another axis of the same size takes the place of the channels")]
    [DataRow("ReduceMean(relu) {axes = [0], keepdims = 0}; flat = ReduceMean(mid) {axes = [2], keepdims = 0}", false, DisplayName = "Rows are reduced, and the channels become rows")]
    [DataRow("ReduceMax(relu) {axes = [3], keepdims = 0}; flat = Reshape(mid, shape)", false, DisplayName = "As many channels with fewer elements are other ones")]
    public void Factors_pass_only_what_keeps_the_channels(string between, bool passes)
    {
        Graph graph = GraphText.Parse($"""
            graph g opset 13
            input x: float32[4, 4, 4, 4]
            constant w: float32[4, 4, 1, 1] = [{string.Join(", ", Enumerable.Range(0, 16).Select(i => (i / 4) switch { 0 => 0.001, 1 => 1000, _ => 1 }))}]
            constant v: float32[4, 2] = [1000, 1000, 0.001, 0.001, 1, 1, 1, 1]
            constant shape: int64[2] = [16, 4]
            node conv: conv = Conv(x, w)
            node relu: relu = Relu(conv)
            node mid: mid = {between.Replace("; ", "\nnode flat: ", StringComparison.Ordinal)}
            node fc: y = Gemm(flat, v)
            output y
            """);
        CollectionAssert.AreEqual(passes ? new[] { "conv" } : [], Applied(ModelQuantizer.QuantizeStatic(graph, [Sketch.Inputs(graph)])));
    }

    [TestMethod]
    public void Factors_pass_a_pool_and_a_flatten()
    {
        Graph graph = new Sketch(2, 3, 8, 8).Random("w1", 4, 3, 3, 3).Constant("s", Tensor.Create<float>([1e-3f, 1e3f, 1, 30], new Shape(4, 1, 1, 1))).Random("w2", 4, 5).Constant("t", Tensor.Create<float>([1e3f, 1e-3f, 1, 1 / 30f], new Shape(4, 1)))
            .Node("v1", "Mul", "w1 s").Node("v2", "Mul", "w2 t").Node("conv", "Conv", "x v1").Node("relu", "Relu", "conv").Node("pool", "GlobalAveragePool", "relu").Node("flat", "Flatten", "pool").Node("fc", "Gemm", "flat v2").Outputs("fc");
        QuantizedModel quantized = ModelQuantizer.QuantizeStatic(graph, [Sketch.Inputs(graph)]);
        CollectionAssert.AreEqual(new[] { "conv" }, Applied(quantized));
        Assert.IsGreaterThan(30, Sketch.SignalToNoise(Sketch.Run(graph), Sketch.Run(quantized.Graph)));
    }

    private static string[] Applied(QuantizedModel model) => [.. model.Notes.Where(note => note is { Pass: nameof(BalanceChannels), Applied: true }).Select(note => note.Node)];

    private sealed class Watch(Calibration calibration, ChannelRanges ranges) : IActivationTap
    {
        public bool Wants(string value) => true;

        public void Observe(string value, ReadOnlySpan<float> elements, Shape shape)
        {
            if (calibration.Values.Contains(value)) { calibration.Observe(value, elements, shape); }
            if (ranges.Wants(value)) { ranges.Observe(value, elements, shape); }
        }
    }
}
