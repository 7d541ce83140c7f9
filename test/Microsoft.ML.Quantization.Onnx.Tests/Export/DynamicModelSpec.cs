using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>ONNX Runtime runs the files of dynamic and weight-only quantization and gives what we give.</summary>
[TestClass]
public sealed class DynamicModelSpec
{
    private static readonly (string Name, Action<GraphBuilder, Random> Write)[] s_networks =
    [
        ("rows", (g, r) => { Constants(g, r, ("w", [20, 7]), ("b", [7])); Input(g, 20); Add(g, "MatMul", "x w", "h"); Add(g, "Add", "h b", "y"); }),
        ("gemm", (g, r) => { Constants(g, r, ("w", [7, 20]), ("b", [7])); Input(g, 20); Add(g, "Gemm", "x w b", "h", ("transB", 1L)); Add(g, "Relu", "h", "y"); }),
        ("image", (g, r) => { Constants(g, r, ("w", [8, 3, 3, 3]), ("b", [8])); Input(g, 3, 6, 6); Add(g, "Conv", "x w b", "y"); }),
        ("groups", (g, r) => { Constants(g, r, ("w", [8, 2, 3, 3]), ("b", [8])); Input(g, 4, 6, 6); Add(g, "Conv", "x w b", "y", ("group", 2L)); }),
        ("signal", (g, r) => { Constants(g, r, ("w", [5, 3, 3]), ("b", [5])); Input(g, 3, 12); Add(g, "Conv", "x w b", "y"); }),
        ("embedding", (g, r) => { Constants(g, r, ("t", [16, 8])); g.AddInput("x", new(ElementType.Int64, [Dimension.Named("batch"), 5])); Add(g, "Gather", "t x", "y"); }),
        ("recurrence", (g, r) => { Constants(g, r, ("w", [1, 24, 5]), ("r", [1, 24, 6])); g.AddInput("x", new(ElementType.Float32, [4, Dimension.Named("batch"), 5])); Add(g, "LSTM", "x w r", "y", ("hidden_size", 6L)); }),
    ];

    public static IEnumerable<object[]> Networks => s_networks.SelectMany(network => new object[][] { [network.Name, 8], [network.Name, 4] });

    public static IEnumerable<object[]> WeightForms =>
        from network in s_networks
        from bits in new[] { 8, 4 }
        from block in new[] { 0, 4 }
        from symmetric in new[] { true, false }
        select new object[] { network.Name, bits, block, symmetric };

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Dynamic_models_run_in_ONNX_Runtime(string network, int bits) =>
        Compare(ModelQuantizer.QuantizeDynamic(Build(network), new() { EmbeddingBits = bits }), network == "recurrence" ? 2e-3f : 1e-5f, optimize: true);

    /// <summary>
    /// Without ONNX Runtime's optimizations: with them it makes MatMulNBits of a MatMul with 8-bit weights and quantizes the activations, which the file does not say
    /// (off by 1e-3 here). Every other form gives the same with them.
    /// </summary>
    [TestMethod]
    [DynamicData(nameof(WeightForms))]
    public void Weight_only_models_run_in_ONNX_Runtime(string network, int bits, int block, bool symmetric) =>
        Compare(ModelQuantizer.QuantizeWeightOnly(Build(network), new() { Bits = bits, BlockSize = block, Symmetric = symmetric }), 1e-5f, optimize: (network, bits, block) is not ("rows", 8, 0));

    private static void Compare(QuantizedModel model, float bound, bool optimize)
    {
        OnnxRuntimeSession.Require();
        Assert.AreEqual(0, model.Warnings.Length, "something was quantized");
        byte[] bytes = ExporterSpec.Bytes(model.Graph);
        using var stream = new MemoryStream(bytes);
        using ExecutionPlan plan = ExecutionPlan.Bind(OnnxImporter.Load(stream));
        using var session = new OnnxRuntimeSession(bytes, optimize: optimize);
        Tensor x = Values(model.Graph.Inputs[0].Fact);
        float[] ours = plan.Run(x)[0].AsSpan<float>().ToArray(), theirs = session.Run(x)[0].AsSpan<float>().ToArray();
        Assert.AreEqual(theirs.Length, ours.Length);
        for (int i = 0; i < ours.Length; i++) { Assert.AreEqual(theirs[i], ours[i], bound * Math.Max(1f, Math.Abs(theirs[i])), $"element {i}"); }
    }

    private static Graph Build(string network)
    {
        var builder = new GraphBuilder(network, 13);
        s_networks.Single(candidate => candidate.Name == network).Write(builder, new Random(8));
        builder.AddOutput("y");
        return builder.Build();
    }

    private static void Input(GraphBuilder graph, params int[] sizes) => graph.AddInput("x", new(ElementType.Float32, [Dimension.Named("batch"), .. sizes]));

    private static void Add(GraphBuilder graph, string op, string inputs, string output, params (string Name, long Value)[] settings) =>
        graph.Add(new Node(output + "_node", op, [.. inputs.Split(' ')], [output], settings.Aggregate(NodeAttributes.Empty, (attributes, setting) => attributes.With(setting.Name, setting.Value))));

    private static void Constants(GraphBuilder graph, Random random, params (string Name, int[] Sizes)[] constants)
    {
        foreach ((string name, int[] sizes) in constants)
        {
            var tensor = new Tensor(ElementType.Float32, new Shape(sizes));
            foreach (ref float value in tensor.AsSpan<float>()) { value = random.NextSingle() * 2 - 1; }
            graph.AddConstant(name, tensor);
        }
    }

    private static Tensor Values(TensorFact fact)
    {
        var random = new Random(9);
        var tensor = new Tensor(fact.Type, new Shape([.. fact.Dimensions.Select(dimension => dimension.Size ?? 3)]));
        if (fact.Type == ElementType.Int64) { foreach (ref long id in tensor.AsSpan<long>()) { id = random.Next(16); } }
        else { foreach (ref float value in tensor.AsSpan<float>()) { value = random.NextSingle() * 2 - 1; } }
        return tensor;
    }
}
