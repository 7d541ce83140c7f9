using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>Weight-only networks keep their weights in codes when they are bound, and give the bits of the same network with floats for weights.</summary>
[TestClass]
[TestCategory("Engine")]
public sealed class WeightOnlyGroupsSpec
{
    private const int Depth = 480, Outputs = 600; // more than 1 MB of floats

    private static readonly string[] s_networks = ["MatMul", "MatMul bias", "MatMul relu", "Gemm", "Gemm transB", "Gemm transB bias relu"];

    public static IEnumerable<object[]> Cases =>
        from network in s_networks
        from bits in new[] { 8, 4 }
        from block in new[] { 0, 32 }
        from symmetric in new[] { true, false }
        select new object[] { network, bits, block, symmetric };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Codes_give_the_bits_of_float_weights_on_every_engine(string network, int bits, int block, bool symmetric)
    {
        Graph quantized = ModelQuantizer.QuantizeWeightOnly(Build(network), new() { Bits = bits, BlockSize = block, Symmetric = symmetric }).Graph;
        Graph unfolded = Unfold(quantized);
        foreach (Engine engine in EnginesUnderTest.All)
        {
            using ExecutionPlan codes = ExecutionPlan.Bind(quantized, new() { Engine = engine }), floats = ExecutionPlan.Bind(unfolded, new() { Engine = engine });
            Assert.AreEqual($"{network.Split(' ')[0]} runs in float; its weights stay codes of {bits} bits", codes.Notes.Single().Text);
            foreach (int rows in engine == EngineList.Reference ? new[] { 2 } : [1, 2, 7, 30])
            {
                Tensor x = Numbers(rows, Depth);
                Assert.IsTrue(floats.Run(x)[0].Bytes.SequenceEqual(codes.Run(x)[0].Bytes), $"{engine.Name}, {rows} rows");
            }
        }
    }

    [TestMethod]
    public void Axes_before_the_rows_a_transpose_and_a_scale_for_all_weights_are_served()
    {
        var builder = new GraphBuilder("g", 13);
        string x = builder.AddInput("x", new(ElementType.Float32, [Dimension.Named("batch"), 3, Depth]));
        var codes = new Tensor(ElementType.Int8, new Shape(Outputs, Depth));
        new Random(3).NextBytes(codes.Bytes);
        string w = builder.Add("d", "DequantizeLinear", [builder.AddConstant("w", codes), builder.AddConstant("s", Tensor.Scalar(0.037f)), builder.AddConstant("z", Tensor.Scalar((sbyte)5))]);
        builder.AddOutput(builder.Add("p", "MatMul", [x, builder.Add("t", "Transpose", [w])]));
        Graph graph = builder.Build();
        using ExecutionPlan plan = ExecutionPlan.Bind(graph), floats = ExecutionPlan.Bind(Unfold(graph));
        Assert.AreEqual("MatMul runs in float; its weights stay codes of 8 bits", plan.Notes.Single().Text);
        Tensor input = Numbers(2, 3, Depth), y = plan.Run(input)[0];
        Assert.AreEqual(new Shape(2, 3, Outputs), y.Shape);
        Assert.IsTrue(floats.Run(input)[0].Bytes.SequenceEqual(y.Bytes));
    }

    [TestMethod]
    public void A_network_whose_sizes_hang_on_data_runs_on_codes_too()
    {
        var builder = new GraphBuilder("g", 13);
        string x = builder.AddInput("x", new(ElementType.Float32, [Dimension.Named("rows"), Depth]));
        string y = builder.Add("p", "MatMul", [x, builder.AddConstant("w", Numbers(Depth, Outputs))]);
        builder.AddOutput(builder.Add("n", "NonZero", [builder.Add("r", "Relu", [y])]));
        Graph quantized = ModelQuantizer.QuantizeWeightOnly(builder.Build(), new() { Bits = 4, BlockSize = 16 }).Graph;
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized), floats = ExecutionPlan.Bind(Unfold(quantized));
        Tensor input = Numbers(3, Depth);
        Assert.IsTrue(plan.Notes.Any(note => note.Applied && note.Node == "p"));
        Assert.IsTrue(floats.Run(input)[0].Bytes.SequenceEqual(plan.Run(input)[0].Bytes));
    }

    public static IEnumerable<object[]> Declined =>
    [
        ["Conv", 8, 0, "Conv runs in float; its weights become floats when the plan is bound: products of matrices alone multiply by codes"],
        ["LSTM", 8, 0, "LSTM runs in float; its weights become floats when the plan is bound: products of matrices alone multiply by codes"],
        ["Gemm transA", 8, 0, "it transposes its first input, or alpha is not 1"],
        ["Gemm rows", 8, 0, "its bias is not one number for each output"],
        ["MatMul", 4, 4, "a scale for every 4 of them takes as much memory as floats"],
        ["MatMul batch", 8, 0, "they are no matrix"],
        ["MatMul small", 8, 0, "those of all products take 2400 bytes as floats, and up to 1048576 are faster so"],
    ];

    [TestMethod]
    [DynamicData(nameof(Declined))]
    public void What_stays_as_it_was_says_why_and_gives_the_same_bits(string network, int bits, int block, string reason)
    {
        Graph quantized = ModelQuantizer.QuantizeWeightOnly(Build(network), new() { Bits = bits, BlockSize = block }).Graph;
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized), floats = ExecutionPlan.Bind(Unfold(quantized));
        PassNote note = plan.Notes.Single();
        Assert.IsFalse(note.Applied);
        StringAssert.Contains(note.Text, reason);
        Tensor x = Numbers([.. quantized.Inputs[0].Fact.Dimensions.Select(dimension => dimension.Size ?? 2)]);
        Assert.IsTrue(floats.Run(x)[0].Bytes.SequenceEqual(plan.Run(x)[0].Bytes));
    }

    [TestMethod]
    [DoNotParallelize]
    public void A_bound_plan_takes_the_memory_of_its_codes()
    {
        const int Size = 1024;
        var builder = new GraphBuilder("g", 13);
        builder.AddOutput(builder.Add("p", "MatMul", [builder.AddInput("x", new(ElementType.Float32, [Dimension.Named("rows"), Size])), builder.AddConstant("w", Numbers(Size, Size))]));
        Graph graph = builder.Build();
        Graph codes = ModelQuantizer.QuantizeWeightOnly(graph, new() { Bits = 8 }).Graph, nibbles = ModelQuantizer.QuantizeWeightOnly(graph, new() { Bits = 4, BlockSize = 32 }).Graph;
        // Reference reads a byte for each code, of however many bits.
        foreach (Engine engine in EnginesUnderTest.All.Where(engine => engine != EngineList.Reference))
        {
            long floats = Bytes(graph, engine);
            Assert.IsGreaterThanOrEqualTo(Size * Size * sizeof(float), floats, engine.Name);
            Assert.IsLessThan(floats * 0.27, Bytes(codes, engine), engine.Name);
            Assert.IsLessThan(floats * 0.17, Bytes(nibbles, engine), engine.Name); // half a byte and an eighth of a scale
        }

        static long Bytes(Graph graph, Engine engine)
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { Engine = engine });
            long after = GC.GetTotalMemory(forceFullCollection: true);
            GC.KeepAlive(graph);
            return after - before;
        }
    }

    private static Graph Build(string network)
    {
        string[] words = network.Split(' ');
        var builder = new GraphBuilder("g", 13);
        string y;
        switch (words[0])
        {
            case "Conv":
                y = builder.Add("p", "Conv", [builder.AddInput("x", new(ElementType.Float32, [1, 64, 3, 3])), builder.AddConstant("w", Numbers(500, 64, 3, 3))]);
                break;
            case "LSTM":
                y = builder.Add("p", "LSTM", [builder.AddInput("x", new(ElementType.Float32, [2, 1, 16])), builder.AddConstant("w", Numbers(1, 1024, 16)), builder.AddConstant("r", Numbers(1, 1024, 256))], NodeAttributes.Empty.With("hidden_size", 256L));
                break;
            default:
                bool transA = words.Contains("transA"), transB = words.Contains("transB");
                string x = builder.AddInput("x", new(ElementType.Float32, transA ? [Depth, 2] : words.Contains("small") ? [Dimension.Named("rows"), 20] : words.Contains("batch") ? [2, 3, 200] : [Dimension.Named("rows"), Depth]));
                string w = builder.AddConstant("w", words.Contains("small") ? Numbers(20, 30) : words.Contains("batch") ? Numbers(2, 200, 1000) : transB ? Numbers(Outputs, Depth) : Numbers(Depth, Outputs));
                if (words[0] == "MatMul")
                {
                    y = builder.Add("p", "MatMul", [x, w]);
                    if (words.Contains("bias")) { y = builder.Add("b", "Add", [y, builder.AddConstant("c", Numbers(Outputs))]); }
                }
                else
                {
                    NodeAttributes attributes = NodeAttributes.Empty.With("transB", transB ? 1L : 0L).With("transA", transA ? 1L : 0L).With("alpha", words.Contains("alpha") ? 0.5f : 1f);
                    ImmutableArray<string> bias = words.Contains("bias") ? [builder.AddConstant("c", Numbers(Outputs))] : words.Contains("rows") ? [builder.AddConstant("c", Numbers(2, Outputs))] : [];
                    y = builder.Add("p", "Gemm", [x, w, .. bias], attributes);
                }
                break;
        }
        if (words.Contains("relu")) { y = builder.Add("r", "Relu", [y]); }
        builder.AddOutput(y);
        return builder.Build();
    }

    /// <summary>The same network with constants for the floats that its codes stand for.</summary>
    private static Graph Unfold(Graph graph)
    {
        string[] values = [.. graph.Nodes.Where(node => node.Name == "p").SelectMany(node => node.Inputs.Skip(1)).Where(input => graph.Producer(input) is not null)];
        var weights = new GraphBuilder(graph.Name, graph.Opset);
        foreach ((string name, Tensor tensor) in graph.Constants) { weights.AddConstant(name, tensor); }
        foreach (Node node in graph.Nodes.Where(node => node.Name != "p" && graph.Fact(node.Output).IsStatic)) { weights.Add(node); }
        foreach (string value in values) { weights.AddOutput(value); }
        using ExecutionPlan plan = ExecutionPlan.Bind(weights.Build(), new() { Engine = EngineList.Reference });
        ImmutableArray<Tensor> floats = plan.Run();
        var builder = new GraphBuilder(graph);
        for (int i = 0; i < values.Length; i++)
        {
            builder.AddConstant(values[i], floats[i]);
            builder.Remove(graph.Producer(values[i])!);
        }
        return builder.Build();
    }

    private static Tensor Numbers(params int[] sizes)
    {
        var tensor = new Tensor(ElementType.Float32, new Shape(sizes));
        var random = new Random(sizes.Length);
        foreach (ref float number in tensor.AsSpan<float>()) { number = random.NextSingle() * 2f - 1f; }
        return tensor;
    }
}
