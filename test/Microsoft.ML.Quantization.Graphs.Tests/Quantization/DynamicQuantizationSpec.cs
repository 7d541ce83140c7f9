using System.Globalization;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Tests.Quantization;

/// <summary>Dynamic quantization writes ONNX's operators; a plan runs them as one call with the bits of the operators one by one.</summary>
[TestClass]
public sealed class DynamicQuantizationSpec
{
    private static readonly (string Name, string Text, int[] Input, Dictionary<string, int[]> Weights)[] s_cases =
    [
        ("rows", "node p: y = MatMul(x, w)", [3, 20], new() { ["w"] = [20, 7] }),
        ("stacked rows", "node p: y = MatMul(x, w)", [2, 5, 20], new() { ["w"] = [20, 16] }),
        ("deep rows", "node p: y = MatMul(x, w)", [2, 3000], new() { ["w"] = [3000, 5] }),
        ("transposed weights and bias", "node p: y = Gemm(x, w, b) {transB = 1}", [4, 20], new() { ["w"] = [7, 20], ["b"] = [7] }),
        ("factors", "node p: y = Gemm(x, w, b) {alpha = 0.5f, beta = 2f}", [4, 20], new() { ["w"] = [20, 7], ["b"] = [7] }),
        ("transposed input", "node p: y = Gemm(x, w) {transA = 1}", [20, 4], new() { ["w"] = [20, 7] }),
        ("activation", "node p: h = Gemm(x, w, b) {transB = 1}\nnode r: y = Relu(h)", [4, 20], new() { ["w"] = [9, 20], ["b"] = [9] }),
        ("image", "node p: y = Conv(x, w, b) {pads = [1, 1, 1, 1]}", [2, 3, 6, 5], new() { ["w"] = [9, 3, 3, 3], ["b"] = [9] }),
        ("strided image without bias", "node p: y = Conv(x, w) {pads = [0, 1, 1, 0], strides = [2, 1], dilations = [1, 2]}", [1, 3, 8, 9], new() { ["w"] = [4, 3, 3, 3] }),
        ("groups", "node p: y = Conv(x, w, b) {group = 2}", [2, 4, 5, 5], new() { ["w"] = [6, 2, 3, 3], ["b"] = [6] }),
        ("depthwise and activation", "node p: h = Conv(x, w, b) {group = 4, pads = [1, 1, 1, 1]}\nnode r: y = Relu(h)", [2, 4, 5, 5], new() { ["w"] = [4, 1, 3, 3], ["b"] = [4] }),
        ("signal", "node p: y = Conv(x, w, b) {pads = [2, 0]}", [2, 3, 11], new() { ["w"] = [5, 3, 3], ["b"] = [5] }),
    ];

    public static IEnumerable<object[]> Cases =>
        from item in s_cases
        from engine in EngineList.Supported
        from config in new[] { "default_dynamic_qconfig", "per_channel_dynamic_qconfig", "affine" }
        select new object[] { item.Name, engine.Name, config };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void One_call_gives_the_bits_of_the_operators_one_by_one(string name, string engine, string config)
    {
        QConfig qconfig = config == "affine"
            ? QConfigs.PerChannelDynamic with { Weight = new() { Observer = "PerChannelMinMax", Type = ElementType.QUInt8, Scheme = Numerics.QScheme.PerChannelAffine } }
            : QConfigs.Named[config];
        (Graph graph, Tensor x) = Build(name);
        Graph quantized = ModelQuantizer.QuantizeDynamic(graph, new() { QConfigs = QConfigMapping.Empty.SetGlobal(qconfig) }).Graph;
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized, new() { Engine = EngineList.Find(engine) });
        Assert.IsTrue(plan.Notes.Any(note => note.Node == "p" && note.Applied), string.Join('\n', plan.Notes));
        // The sums made an output: nothing is collapsed, each operator runs alone.
        var apart = new GraphBuilder(quantized);
        apart.AddOutput(quantized.Nodes.Single(node => node.Name == "p").Output);
        using ExecutionPlan oneByOne = ExecutionPlan.Bind(apart.Build(), new() { Engine = EngineList.Reference });
        Assert.IsFalse(oneByOne.Notes.Any(note => note.Node == "p" && note.Applied), "the operators run one by one");
        CollectionAssert.AreEqual(oneByOne.Run(x)[0].Bytes.ToArray(), plan.Run(x)[0].Bytes.ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void The_result_is_near_the_float_one(string name)
    {
        (Graph graph, Tensor x) = Build(name);
        QuantizedModel quantized = ModelQuantizer.QuantizeDynamic(graph);
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized.Graph), plain = ExecutionPlan.Bind(graph);
        Assert.IsTrue(plan.ChoosesRanges);
        Assert.IsFalse(plain.ChoosesRanges);
        float[] expected = plain.Run(x)[0].AsSpan<float>().ToArray(), actual = plan.Run(x)[0].AsSpan<float>().ToArray();
        double noise = expected.Zip(actual, (a, b) => Math.Pow(a - b, 2)).Sum(), signal = expected.Sum(a => Math.Pow(a, 2));
        Assert.IsTrue(10 * Math.Log10(signal / noise) > 30, $"{10 * Math.Log10(signal / noise)} dB");
    }

    public static IEnumerable<object[]> Names => s_cases.Select(item => new object[] { item.Name });

    [TestMethod]
    public void Running_again_does_not_allocate()
    {
        foreach (string name in new[] { "transposed weights and bias", "image", "groups" })
        {
            (Graph graph, Tensor x) = Build(name);
            using ExecutionPlan plan = ExecutionPlan.Bind(ModelQuantizer.QuantizeDynamic(graph).Graph);
            using RunContext context = plan.Rent(x.Shape);
            x.AsSpan<float>().CopyTo(context.Input<float>(0));
            for (int i = 0; i < 50; i++) { context.Run(); }
            long before = GC.GetAllocatedBytesForCurrentThread();
            context.Run();
            Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before, name);
        }
    }

    [TestMethod]
    public void Readers_of_one_value_share_its_codes()
    {
        var random = new Random(4);
        var builder = new GraphBuilder("attention", 13);
        builder.AddInput("x", new(ElementType.Float32, [Dimension.Named("batch"), 8]));
        foreach (string projection in new[] { "q", "k", "v" })
        {
            builder.AddConstant("w" + projection, Numbers(random, [8, 8]));
            builder.Add(new Node("to_" + projection, "MatMul", ["x", "w" + projection], [projection], NodeAttributes.Empty));
            builder.AddOutput(projection);
        }
        Graph quantized = ModelQuantizer.QuantizeDynamic(builder.Build()).Graph;
        Assert.AreEqual(1, quantized.Nodes.Count(node => node.Operator == "DynamicQuantizeLinear"));
        Assert.AreEqual(3, quantized.Nodes.Count(node => node.Operator == "MatMulInteger"));
    }

    [TestMethod]
    [DataRow(8, 8)]
    [DataRow(4, 8)]
    [DataRow(4, 7)]
    public void An_embedding_becomes_rows_of_codes_with_the_error_of_one_step(int bits, int columns)
    {
        var random = new Random(6);
        var builder = new GraphBuilder("embedding", 13);
        builder.AddInput("ids", new(ElementType.Int64, [Dimension.Named("batch"), 3]));
        Tensor table = Numbers(random, [20, columns]);
        builder.AddConstant("table", table);
        builder.Add(new Node("e", "Gather", ["table", "ids"], ["y"], NodeAttributes.Empty));
        builder.AddOutput("y");
        QuantizedModel quantized = ModelQuantizer.QuantizeDynamic(builder.Build(), new() { EmbeddingBits = bits });
        Assert.IsFalse(quantized.Graph.Constants.Values.Any(constant => constant.Type == ElementType.Float32 && constant.Length > 20), "no float table is left");
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized.Graph);
        Tensor result = plan.Run(Tensor.Create<long>([0, 5, 19, 7, -1, 2], new Shape(2, 3)))[0];
        int[] rows = [0, 5, 19, 7, 19, 2];
        for (int i = 0; i < result.Length; i++)
        {
            ReadOnlySpan<float> row = table.AsSpan<float>().Slice(rows[i / columns] * columns, columns);
            (float low, float high) = (float.MaxValue, float.MinValue);
            foreach (float value in row) { (low, high) = (Math.Min(low, value), Math.Max(high, value)); }
            Assert.AreEqual(row[i % columns], result.AsSpan<float>()[i], (high - low) / ((1 << bits) - 1) * 0.5001f, $"element {i}");
        }
    }

    public static IEnumerable<object[]> Tables =>
        from bits in new[] { 8, 4 }
        from sizes in new int[][] { [20, 8], [20, 7], [20, 38], [6, 4, 10] }
        select new object[] { bits, sizes };

    [TestMethod]
    [DynamicData(nameof(Tables))]
    public void An_embedding_is_looked_up_in_one_step_with_the_bits_of_the_operators_one_by_one(int bits, int[] sizes)
    {
        var builder = new GraphBuilder("embedding", 13);
        builder.AddInput("ids", new(ElementType.Int64, [Dimension.Named("batch"), 3]));
        builder.AddConstant("table", Numbers(new Random(6), sizes));
        builder.Add(new Node("e", "Gather", ["table", "ids"], ["y"], NodeAttributes.Empty));
        builder.AddOutput("y");
        Graph quantized = ModelQuantizer.QuantizeDynamic(builder.Build(), new() { EmbeddingBits = bits }).Graph;
        Tensor ids = Tensor.Create<long>([0, 5, -1, 3, -6, 2], new Shape(2, 3));
        var apart = new GraphBuilder(quantized);
        apart.AddOutput(quantized.Nodes.Single(node => node.Operator == "DequantizeLinear").Output);
        using ExecutionPlan oneByOne = ExecutionPlan.Bind(apart.Build(), new() { Engine = EngineList.Reference });
        byte[] expected = oneByOne.Run(ids)[0].Bytes.ToArray();
        foreach (Engine engine in EngineList.Supported)
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(quantized, new() { Engine = engine });
            Assert.AreEqual(1, plan.Calls.Length, "one step");
            CollectionAssert.AreEqual(expected, plan.Run(ids)[0].Bytes.ToArray(), engine.Name);
            StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => plan.Run(Tensor.Create<long>([0, 0, sizes[0]], new Shape(1, 3)))).Message, $"index {sizes[0]} is outside {-sizes[0]}..{sizes[0] - 1}");
            using RunContext context = plan.Rent(ids.Shape);
            for (int i = 0; i < 50; i++) { context.Run(); }
            long before = GC.GetAllocatedBytesForCurrentThread();
            context.Run();
            Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before, "bytes allocated");
        }
    }

    [TestMethod]
    public void What_stays_float_says_why()
    {
        (Graph graph, _) = Build("image");
        QuantizedModel none = ModelQuantizer.QuantizeDynamic(graph, new() { QConfigs = QConfigMapping.DefaultDynamic.SetModuleName("p", null) });
        Assert.AreEqual("Conv stays float: the configuration says not to quantize it", none.Notes.Single(note => note.Node == "p").Text);
        StringAssert.Contains(none.Warnings.Single(), "Nothing was quantized");
        QuantizedModel fixedRanges = ModelQuantizer.QuantizeDynamic(graph, new() { QConfigs = QConfigMapping.Default });
        StringAssert.Contains(fixedRanges.Notes.Single(note => note.Node == "p").Text, "does not leave the ranges of quint8 activations to the run");
    }

    [TestMethod]
    public void What_cannot_be_done_is_refused()
    {
        (Graph graph, _) = Build("rows");
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => ModelQuantizer.QuantizeDynamic(graph, new() { EmbeddingBits = 5 })).Message, "with 5 bits; expected 8 or 4");
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => ModelQuantizer.QuantizeWeightOnly(graph, new() { Bits = 3 })).Message, "with 3 bits; expected 8 or 4");
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => ModelQuantizer.QuantizeWeightOnly(graph, new() { BlockSize = -1 })).Message, "The block size is -1");
        Graph quantized = ModelQuantizer.QuantizeDynamic(graph).Graph;
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => ModelQuantizer.QuantizeDynamic(quantized)).Message, "is quantized already");
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => ModelQuantizer.QuantizeWeightOnly(quantized)).Message, "is quantized already");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(() => ModelQuantizer.QuantizeDynamic(graph, new() { CancellationToken = cancelled.Token }));
    }

    public static IEnumerable<object[]> WeightForms =>
        from item in s_cases
        from bits in new[] { 8, 4 }
        from block in new[] { 0, 5 }
        from symmetric in new[] { true, false }
        select new object[] { item.Name, bits, block, symmetric };

    [TestMethod]
    [DynamicData(nameof(WeightForms))]
    public void Weights_alone_are_off_by_half_a_step_at_most(string name, int bits, int block, bool symmetric)
    {
        (Graph graph, Tensor x) = Build(name);
        QuantizedModel quantized = ModelQuantizer.QuantizeWeightOnly(graph, new() { Bits = bits, BlockSize = block, Symmetric = symmetric });
        Assert.IsTrue(quantized.Notes.Any(note => note.Node == "p" && note.Applied));
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized.Graph), plain = ExecutionPlan.Bind(graph);
        float[] expected = plain.Run(x)[0].AsSpan<float>().ToArray(), actual = plan.Run(x)[0].AsSpan<float>().ToArray();
        // Weights lie in −1..1: a step is at most 2 / (2ᵇⁱᵗˢ − 2), and each of the inputs, in −1..1 too, is multiplied by half of it at most.
        float bound = Depth(name) / (float)((1 << bits) - 2) * 1.1f;
        for (int i = 0; i < expected.Length; i++) { Assert.AreEqual(expected[i], actual[i], bound, $"element {i}"); }
    }

    private static int Depth(string name)
    {
        var item = s_cases.Single(candidate => candidate.Name == name);
        int[] w = item.Weights["w"];
        return item.Text.Contains("Conv", StringComparison.Ordinal) ? w.Skip(1).Aggregate((a, b) => a * b) : w.Max();
    }

    private static (Graph Graph, Tensor Input) Build(string name)
    {
        var item = s_cases.Single(candidate => candidate.Name == name);
        var random = new Random(5);
        IEnumerable<string> constants = item.Weights.Select(weight =>
        {
            IEnumerable<string> numbers = Numbers(random, weight.Value).AsSpan<float>().ToArray().Select(number => number.ToString("R", CultureInfo.InvariantCulture));
            return $"constant {weight.Key}: float32[{string.Join(", ", weight.Value)}] = [{string.Join(", ", numbers)}]";
        });
        string text = string.Join('\n', ["graph g opset 13", $"input x: float32[{string.Join(", ", item.Input)}]", .. constants, item.Text, "output y"]);
        return (GraphText.Parse(text), Numbers(random, item.Input));
    }

    private static Tensor Numbers(Random random, int[] sizes)
    {
        var tensor = new Tensor(ElementType.Float32, new Shape(sizes));
        foreach (ref float value in tensor.AsSpan<float>()) { value = random.NextSingle() * 2 - 1; }
        return tensor;
    }

    [TestMethod]
    public void A_layer_that_keeps_its_float_weights_leaves_no_codes_behind()
    {
        Graph graph = GraphText.Parse("""
            graph g opset 13
            input x: float32[3, 1, 2]
            input r: float32[1, 2, 2]
            constant w: float32[1, 2, 2] = [1, 2, 3, 4]
            node n: y, h = RNN(x, w, r) {hidden_size = 2}
            output h
            """);
        QuantizedModel result = ModelQuantizer.QuantizeWeightOnly(graph);
        Assert.AreEqual("RNN keeps its float weights: its weights are not a float32 constant", result.Notes.Single(note => note.Node == "n").Text);
        Assert.AreEqual("RNN", string.Join(' ', result.Graph.Nodes.Select(node => node.Operator)));
        CollectionAssert.AreEqual(new[] { "w" }, result.Graph.Constants.Keys.ToArray());
    }
}
