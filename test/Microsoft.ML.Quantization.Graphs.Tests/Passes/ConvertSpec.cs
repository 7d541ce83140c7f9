using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Tests.Configuration;

namespace Microsoft.ML.Quantization.Tests.Passes;

[TestClass]
public sealed class ConvertSpec
{
    private static Sketch Dense() => new Sketch(16, 8).Random("w", 8, 8).Random("b", 8).Random("v", 8, 6);

    private static PassResult Quantize(Graph graph, QConfigMapping? mapping = null, PrepareOptions? options = null)
    {
        PreparedGraph prepared = Prepare.Run(FusionPipeline.Run(graph).Graph, mapping ?? QConfigMapping.Default, options);
        return Converter.Run(prepared, Sketch.Calibrate(prepared));
    }

    private static double Quality(Graph graph, QConfigMapping? mapping = null) => Sketch.SignalToNoise(Sketch.Run(graph), Sketch.Run(Quantize(graph, mapping).Graph));

    public static IEnumerable<object[]> Networks =>
    [
        ["layers", Dense().Node("a", "Gemm", "x w b").Node("r", "Relu", "a").Node("y", "Gemm", "r v").Outputs("y")],
        ["matrix product", Dense().Node("y", "MatMul", "x w").Outputs("y")],
        ["bias in a row", Dense().Random("row", 1, 8).Node("y", "Gemm", "x w row").Outputs("y")],
        ["bias for all", Dense().Constant("one", Tensor.Create(0.25f)).Node("y", "Gemm", "x w one").Outputs("y")],
        ["residual", Dense().Node("a", "Gemm", "x w b").Node("s", "Add", "a x").Node("r", "Relu", "s").Node("y", "Gemm", "r v").Outputs("y")],
        ["constant operand", Dense().Node("a", "Gemm", "x w b").Node("s", "Mul", "a b").Node("y", "Gemm", "s v").Outputs("y")],
        ["concatenation with a constant", Dense().Random("c", 16, 2).Random("u", 10, 4).Node("a", "Gemm", "x w b").Node("cat", "Concat", "a c", ("axis", 1)).Node("y", "Gemm", "cat u").Outputs("y")],
        ["sigmoid at the end", Dense().Node("a", "Gemm", "x w b").Node("y", "Sigmoid", "a").Outputs("y")],
        ["image", new Sketch(1, 3, 12, 12).Random("w1", 8, 3, 3, 3).Random("b1", 8).Random("w2", 8, 1, 3, 3).Random("w3", 8, 4)
            .Node("c1", "Conv", "x w1 b1").Node("r1", "Relu", "c1").Node("p", "MaxPool", "r1", ("kernel_shape", ImmutableArray.Create(2L, 2))).Node("c2", "Conv", "p w2", ("group", 8))
            .Node("g", "GlobalAveragePool", "c2").Node("f", "Flatten", "g").Node("y", "Gemm", "f w3").Outputs("y")],
        ["decoder", new Sketch(1, 4, 6, 6).Random("w1", 4, 6, 3, 3).Random("b1", 6).Node("y", "ConvTranspose", "x w1 b1", ("strides", ImmutableArray.Create(2L, 2))).Outputs("y")],
        ["grouped decoder", new Sketch(1, 4, 6, 6).Random("w1", 4, 3, 3, 3).Random("b1", 6).Node("y", "ConvTranspose", "x w1 b1", ("group", 2)).Outputs("y")],
    ];

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void The_quantized_graph_computes_nearly_the_same(string name, object graph) => Assert.IsGreaterThan(28, Quality((Graph)graph), name);

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void PyTorchs_configurations_work_as_well(string name, object graph) => Assert.IsGreaterThan(19, Quality((Graph)graph, QConfigMapping.ForBackend("x86")), name);

    [TestMethod]
    public void A_layer_becomes_codes_and_one_DequantizeLinear_for_each_reader()
    {
        Graph graph = Quantize(Dense().Node("a", "Gemm", "x w b").Node("y", "Gemm", "a v").Outputs("y")).Graph;
        Assert.AreEqual("QuantizeLinear DequantizeLinear DequantizeLinear DequantizeLinear Gemm QuantizeLinear DequantizeLinear DequantizeLinear Gemm QuantizeLinear DequantizeLinear", Sketch.Operators(graph));
        Assert.AreEqual(ElementType.Int8, graph.Constants["w_q"].Type);
        Assert.AreEqual(ElementType.Int32, graph.Constants["b_q"].Type);
        Assert.IsFalse(graph.Constants.ContainsKey("w"), "the float weights are gone");
    }

    [TestMethod]
    public void Several_readers_of_a_value_get_a_DequantizeLinear_each_and_share_its_constants()
    {
        Graph graph = Quantize(Dense().Node("a", "Gemm", "x w b").Node("p", "Gemm", "a v").Node("q", "Gemm", "a v").Node("y", "Add", "p q").Outputs("y")).Graph;
        Node quantize = graph.Nodes.Single(node => node.Operator == "QuantizeLinear" && node.Inputs[0] == "a");
        ImmutableArray<Node> readers = graph.Consumers(quantize.Output);
        Assert.HasCount(2, readers);
        Assert.IsTrue(readers.All(reader => graph.Consumers(reader.Output).Length == 1));
        CollectionAssert.AreEqual(quantize.Inputs.Skip(1).ToArray(), readers[0].Inputs.Skip(1).ToArray());
        Assert.HasCount(1, graph.Constants.Where(constant => constant.Key.StartsWith('v')).ToArray(), "equal weights are stored once");
    }

    [TestMethod]
    public void Inputs_and_outputs_keep_names_and_types()
    {
        Graph graph = Dense().Node("a", "Gemm", "x w b").Node("y", "Gemm", "a v").Outputs("y", "a");
        Graph quantized = Quantize(graph).Graph;
        CollectionAssert.AreEqual(graph.Inputs.ToArray(), quantized.Inputs.ToArray());
        CollectionAssert.AreEqual(graph.Outputs.ToArray(), quantized.Outputs.ToArray());
        Assert.AreEqual("DequantizeLinear", quantized.Producer("a")!.Operator);
        Assert.AreEqual("DequantizeLinear", quantized.Producer("y")!.Operator);
    }

    [TestMethod]
    public void Without_quantized_outputs_the_last_operator_writes_reals() =>
        Assert.AreEqual("Gemm", Quantize(Dense().Node("y", "Gemm", "x w b").Outputs("y"), options: new() { QuantizeOutputs = false }).Graph.Producer("y")!.Operator);

    [TestMethod]
    public void A_float_reader_of_an_input_reads_the_input_itself()
    {
        Graph graph = Quantize(Dense().Node("a", "Gemm", "x w b").Node("d", "Div", "x x").Node("y", "Sub", "a d").Outputs("y")).Graph;
        CollectionAssert.AreEqual(new[] { "x", "x" }, graph.Node("d").Inputs.ToArray());
        Assert.AreEqual("Gemm", graph.Producer(graph.Node("y").Inputs[0])!.Operator, "not observed, as only a float operator reads it");
    }

    [TestMethod]
    public void Biases_are_codes_at_input_scale_times_weight_scale_with_explicit_zero_points()
    {
        Graph graph = Quantize(Dense().Node("y", "Gemm", "x w b").Outputs("y")).Graph;
        Node gemm = graph.Node("y"), input = graph.Producer(gemm.Inputs[0])!, weight = graph.Producer(gemm.Inputs[1])!, bias = graph.Producer(gemm.Inputs[2])!;
        float sx = graph.Constant(input.Inputs[1])!.AsSpan<float>()[0];
        Assert.AreEqual(1, weight.Attributes.Int("axis"));
        Assert.AreEqual(0, bias.Attributes.Int("axis"));
        for (int c = 0; c < 8; c++) { Assert.AreEqual(sx * graph.Constant(weight.Inputs[1])!.AsSpan<float>()[c], graph.Constant(bias.Inputs[1])!.AsSpan<float>()[c]); }
        Assert.AreEqual("int32[8]", graph.Constant(bias.Inputs[2])!.ToString());
        Assert.AreEqual("int8[8]", graph.Constant(weight.Inputs[2])!.ToString());
        Assert.AreEqual("int8[8, 8]", graph.Constant(weight.Inputs[0])!.ToString());
    }

    [TestMethod]
    public void A_channel_of_zero_weights_with_a_large_bias_gets_a_larger_weight_scale()
    {
        Tensor w = new Sketch(1).Values(new Shape(8, 8)), b = Tensor.Create(10f, 10f, 10f, 10f, 10f, 10f, 10f, 10f);
        for (int row = 0; row < 8; row++) { w.AsSpan<float>()[row * 8 + 3] = 0f; }
        Graph graph = new Sketch(16, 8).Constant("w", w).Constant("b", b).Node("y", "Gemm", "x w b").Outputs("y");
        PassResult result = Quantize(graph);
        Assert.IsTrue(result.Notes.Any(note => note.Node == "y" && note.Text == "the weight scale of channel 3 was raised, because the bias at input scale · weight scale would not fit 32 bits"));
        Assert.IsLessThanOrEqualTo(1 << 30, result.Graph.Constants["b_q"].AsSpan<int>().ToArray().Max(Math.Abs));
        Assert.IsGreaterThan(35, Sketch.SignalToNoise(Sketch.Run(graph), Sketch.Run(result.Graph)));
    }

    [TestMethod]
    public void Weights_without_an_axis_of_all_channels_get_one_scale_and_a_note()
    {
        PassResult result = Quantize((Graph)Networks.Single(network => (string)network[0] == "grouped decoder")[1]);
        Assert.IsTrue(result.Notes.Any(note => note.Text == "its weights have no axis with all output channels and get one scale instead of one for each channel"));
    }

    [TestMethod]
    public void The_notes_give_the_parameters_of_every_value() =>
        CollectionAssert.IsSubsetOf(new[] { "'x' as quint8", "'y' as quint8" }, Quantize(Dense().Node("y", "Gemm", "x w b").Outputs("y")).Notes.Select(note => note.Text.Split(" scale")[0]).ToArray());

    [TestMethod]
    public void The_operator_set_is_at_least_13()
    {
        var builder = new GraphBuilder("old", 11);
        builder.AddInput("x", new(ElementType.Float32, new Shape(2, 2)));
        builder.AddConstant("w", Tensor.Create([1f, 2, 3, 4], new Shape(2, 2)));
        builder.Add(new Node("y", "Gemm", ["x", "w"], ["y"], NodeAttributes.Empty));
        builder.AddOutput("y");
        PreparedGraph prepared = Prepare.Run(builder.Build(), QConfigMapping.Default);
        Assert.AreEqual(13, Converter.Run(prepared, Sketch.Calibrate(prepared)).Graph.Opset);
    }

    [TestMethod]
    public void New_names_avoid_those_of_the_graph()
    {
        Graph graph = new Sketch(16, 8).Random("s0", 8, 8).Random("z0", 8).Node("q0", "Gemm", "x s0 z0").Node("d0", "Gemm", "q0 s0").Outputs("d0");
        Assert.IsGreaterThan(28, Quality(graph));
    }

    [TestMethod]
    public void A_value_that_was_never_observed_is_refused()
    {
        PreparedGraph prepared = Prepare.Run(Dense().Node("y", "Gemm", "x w b").Outputs("y"), QConfigMapping.Default);
        var calibration = new Calibration(prepared);
        QConfigMappingSpec.Refuses("Cannot convert graph 'sketch': value 'x', an input of the graph, was never observed. Run at least one calibration batch between Prepare and Convert", () => Converter.Run(prepared, calibration));
        calibration.Observe("x", [1f], new Shape(1));
        QConfigMappingSpec.Refuses("value 'y', the output of Gemm 'y', was never observed", () => Converter.Run(prepared, calibration));
    }

    [TestMethod]
    public void A_calibration_of_another_graph_is_refused()
    {
        PreparedGraph first = Prepare.Run(Dense().Node("y", "Gemm", "x w b").Outputs("y"), QConfigMapping.Default), second = Prepare.Run(Dense().Node("n", "Gemm", "x w b").Outputs("n"), QConfigMapping.Default);
        QConfigMappingSpec.Refuses("The calibration is of another model", () => Converter.Run(first, Sketch.Calibrate(second)));
    }

    [TestMethod]
    public void Integer_calls_take_every_group_of_a_plain_network()
    {
        foreach (object[] network in Networks.Where(network => (string)network[0] is "layers" or "image" or "residual"))
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(Quantize((Graph)network[1]).Graph);
            PassNote[] declined = [.. plan.Notes.Where(note => note.Pass == "IntegerCalls" && !note.Applied)];
            Assert.IsEmpty(declined, $"{network[0]}: {string.Join<PassNote>("; ", declined)}");
        }
    }
}
