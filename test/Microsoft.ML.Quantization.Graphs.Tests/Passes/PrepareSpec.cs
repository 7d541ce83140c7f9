using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Tests.Passes;

[TestClass]
public sealed class PrepareSpec
{
    private static readonly ObserverSpec s_signed = new() { Observer = "MinMax", Type = ElementType.QInt8 };

    private static Sketch Dense() => new Sketch(3, 4).Random("w", 4, 4).Random("b", 4);

    private static Sketch Image() => new Sketch(1, 2, 8, 8).Random("w", 2, 2, 3, 3);

    // As x | pool, pooled: one group for each bar, in graph order.
    private static string Groups(PreparedGraph prepared) => string.Join(" | ", prepared.Groups.Select(group => string.Join(", ", group.Values)));

    private static string Groups(Graph graph, QConfigMapping? mapping = null, PrepareOptions? options = null) => Groups(Prepare.Run(graph, mapping ?? QConfigMapping.Default, options));

    private static string Note(PreparedGraph prepared, string node) => prepared.Notes.Single(note => note.Node == node).Text;

    [TestMethod]
    public void A_chain_of_layers_observes_its_input_and_each_output_once()
    {
        Graph graph = Dense().Node("a", "Gemm", "x w b").Node("c", "Gemm", "a w b").Outputs("c");
        PreparedGraph prepared = Prepare.Run(graph, QConfigMapping.Default);
        Assert.AreEqual("x | a | c", Groups(prepared));
        Assert.AreSame(graph, prepared.Graph);
        CollectionAssert.AreEqual(new[] { "a", "c" }, prepared.Quantized.Keys.ToArray());
        Assert.AreEqual("Gemm in quint8, weights per_channel_symmetric qint8", Note(prepared, "a"));
        Assert.AreEqual("MinMax quint8 of x", prepared.Groups[0].ToString());
    }

    [TestMethod]
    public void An_empty_mapping_quantizes_nothing() => Assert.AreEqual("", Groups(Dense().Node("a", "Gemm", "x w b").Outputs("a"), QConfigMapping.Empty));

    [TestMethod]
    public void Pools_reshapes_and_their_chains_share_one_observer() => Assert.AreEqual("x | conv, pool, flat | gemm", Groups(
        Image().Random("v", 2, 5).Node("conv", "Conv", "x w").Node("pool", "GlobalMaxPool", "conv").Node("flat", "Flatten", "pool").Node("gemm", "Gemm", "flat v").Outputs("gemm")));

    [TestMethod]
    public void An_average_pool_shares_as_its_traits_say_or_has_its_own_observer()
    {
        Graph graph = Image().Node("conv", "Conv", "x w").Node("pool", "GlobalAveragePool", "conv").Node("out", "Conv", "pool w", ("pads", System.Collections.Immutable.ImmutableArray.Create(1L, 1, 1, 1))).Outputs("out");
        Assert.AreEqual("x | conv, pool | out", Groups(graph));
        Assert.AreEqual("x | conv | pool | out", Groups(graph, options: new() { OwnObserver = ["GlobalAveragePool"] }));
    }

    [TestMethod]
    public void All_inputs_and_the_output_of_a_concatenation_share() => Assert.AreEqual("x | a, c, cat | y", Groups(
        Dense().Random("v", 8, 4).Node("a", "Gemm", "x w b").Node("c", "Gemm", "x w b").Node("cat", "Concat", "a c", ("axis", 1)).Node("y", "Gemm", "cat v").Outputs("y")));

    [TestMethod]
    public void Two_concatenations_over_a_common_value_are_one_group() => Assert.AreEqual("x, cat, c, cat2 | a | sum | sum2 | y", Groups(
        Dense().Random("v", 8, 4).Random("v2", 4, 4).Node("a", "Gemm", "x w b").Node("cat", "Concat", "x x", ("axis", 1)).Node("c", "Gemm", "a w b")
            .Node("cat2", "Concat", "c x", ("axis", 1)).Node("sum", "Gemm", "cat v").Node("sum2", "Gemm", "cat2 v").Node("y", "Add", "sum sum2").Outputs("y")));

    [TestMethod]
    public void An_output_that_only_float_operators_read_is_not_observed()
    {
        Graph graph = Dense().Node("a", "Gemm", "x w b").Node("y", "Div", "a b").Outputs("y");
        PreparedGraph prepared = Prepare.Run(graph, QConfigMapping.Default);
        Assert.AreEqual("x", Groups(prepared));
        Assert.AreEqual("stays float: Div has no quantized form", Note(prepared, "y"));
        Assert.AreEqual("x | a", Groups(graph, options: new() { ObserveUnreadOutputs = true }));
    }

    [TestMethod]
    public void An_operator_between_float_operators_stays_float()
    {
        Graph graph = Dense().Node("d", "Div", "x b").Node("m", "Mul", "d x").Node("p", "Flatten", "m").Node("y", "Div", "p b").Outputs("y");
        PreparedGraph prepared = Prepare.Run(graph, QConfigMapping.Default);
        Assert.AreEqual("", Groups(prepared));
        Assert.AreEqual("stays float: no quantized operator reads its output", Note(prepared, "m"));
        Assert.IsFalse(prepared.Notes.Any(note => note.Applied));
    }

    [TestMethod]
    public void An_output_of_the_graph_is_observed_unless_asked_otherwise()
    {
        Graph graph = Dense().Node("a", "Gemm", "x w b").Node("y", "Gemm", "a w b").Outputs("y");
        Assert.AreEqual("x | a", Groups(graph, options: new() { QuantizeOutputs = false }));
        Assert.AreEqual("", Groups(new Sketch(3, 4).Node("y", "Sigmoid", "x").Outputs("y")), "nothing is gained by quantizing a lone sigmoid");
    }

    [TestMethod]
    public void Sigmoid_and_its_like_have_fixed_parameters()
    {
        Graph graph = Dense().Node("a", "Gemm", "x w b").Node("s", "Sigmoid", "a").Node("flat", "Flatten", "s").Node("y", "Gemm", "flat w b").Outputs("y");
        PreparedGraph prepared = Prepare.Run(graph, QConfigMapping.Default);
        Assert.AreEqual("x | a | s, flat | y", Groups(prepared));
        Assert.AreEqual((1f / 256, 0), (prepared.GroupOf("s")!.Fixed!.Scale, prepared.GroupOf("s")!.Fixed!.ZeroPoint));
        Assert.IsNull(prepared.GroupOf("a")!.Fixed);
        PreparedGraph signed = Prepare.Run(graph, QConfigMapping.Empty.SetGlobal(QConfigMapping.Default.Global! with { Activation = s_signed }));
        Assert.AreEqual((-128, ElementType.QInt8), (signed.GroupOf("s")!.Fixed!.ZeroPoint, signed.GroupOf("s")!.Fixed!.Type));
    }

    [TestMethod]
    public void A_group_with_other_values_is_observed_although_a_sigmoid_is_in_it() => Assert.IsNull(Prepare.Run(
        Dense().Random("v", 8, 4).Node("a", "Gemm", "x w b").Node("s", "Sigmoid", "a").Node("c", "Gemm", "x w b").Node("cat", "Concat", "s c", ("axis", 1)).Node("y", "Gemm", "cat v").Outputs("y"),
        QConfigMapping.Default).GroupOf("cat")!.Fixed);

    [TestMethod]
    public void A_value_has_the_observer_of_its_writer_and_an_input_that_of_its_first_reader()
    {
        Graph graph = Dense().Node("a", "Gemm", "x w b").Node("y", "Gemm", "a w b").Outputs("y");
        QConfigMapping mapping = QConfigMapping.Default.SetModuleName("a", QConfigMapping.Default.Global! with { Activation = s_signed });
        PreparedGraph prepared = Prepare.Run(graph, mapping);
        Assert.AreEqual(ElementType.QInt8, prepared.GroupOf("x")!.Spec.Type);
        Assert.AreEqual(ElementType.QInt8, prepared.GroupOf("a")!.Spec.Type);
        Assert.AreEqual(ElementType.QUInt8, prepared.GroupOf("y")!.Spec.Type);
    }

    [TestMethod]
    public void A_constant_operand_is_observed_by_its_smallest_and_largest_value()
    {
        PreparedGraph prepared = Prepare.Run(Dense().Node("a", "Gemm", "x w b").Node("s", "Add", "a b").Node("y", "Gemm", "s w").Outputs("y"), QConfigMapping.ForBackend("x86"));
        Assert.AreEqual("x | a | b | s | y", Groups(prepared));
        Assert.AreEqual(new ObserverSpec { Observer = "MinMax", ReduceRange = true }, prepared.GroupOf("b")!.Spec);
    }

    [TestMethod]
    public void An_additive_mask_keeps_its_readers_in_float_up_to_the_softmax()
    {
        Graph graph = Dense().Constant("mask", Tensor.Create(0f, -1e9f, 0f, float.NegativeInfinity)).Node("a", "Gemm", "x w b").Node("m", "Add", "a mask").Node("r", "Flatten", "m").Node("s", "Softmax", "r")
            .Node("y", "Gemm", "s w b").Outputs("y");
        PreparedGraph prepared = Prepare.Run(graph, QConfigMapping.Default);
        Assert.AreEqual("x | s | y", Groups(prepared));
        StringAssert.Contains(Note(prepared, "m"), "'mask' holds constants of magnitude 10000 or more (an additive mask?)");
        StringAssert.Contains(Note(prepared, "s"), "'r' holds constants of magnitude");
    }

    [TestMethod]
    public void Reasons_to_stay_float_are_told()
    {
        Assert.AreEqual("stays float: the configuration says not to quantize it", Why(Dense().Node("n", "Gemm", "x w b"), QConfigMapping.Default.SetObjectType("Gemm", null)));
        Assert.AreEqual("stays float: the configuration leaves its activations in float", Why(Dense().Node("n", "Gemm", "x w b"), QConfigMapping.Empty.SetGlobal(new(null, null))));
        Assert.AreEqual("stays float: the configuration leaves its weights in float", Why(Dense().Node("n", "Gemm", "x w b"), QConfigMapping.Empty.SetGlobal(new(s_signed, null))));
        Assert.AreEqual("stays float: the configuration leaves its ranges to the run (dynamic quantization)", Why(Dense().Node("n", "Gemm", "x w b"), Activation(new() { Observer = "Placeholder" })));
        Assert.AreEqual("stays float: the configuration gives its activations the type float16; static quantization takes quint8 or qint8", Why(Dense().Node("n", "Gemm", "x w b"), Activation(new() { Observer = "Placeholder", Type = ElementType.Float16 })));
        Assert.AreEqual("stays float: the configuration gives its activations the scheme per_channel_affine; activations take one scale", Why(Dense().Node("n", "Gemm", "x w b"), Activation(new() { Observer = "PerChannelMinMax", Scheme = Numerics.QScheme.PerChannelAffine })));
        Assert.AreEqual("stays float: the configuration gives its weights the type qint32; static quantization takes qint8 or quint8", Why(Dense().Node("n", "Gemm", "x w b"), Weight(new() { Observer = "MinMax", Type = ElementType.QInt32 })));
        Assert.AreEqual("stays float: the configuration gives its weights real-valued zero points, which only embeddings have", Why(Dense().Node("n", "Gemm", "x w b"), Weight(new() { Observer = "PerChannelMinMax", Scheme = Numerics.QScheme.PerChannelAffineFloatQParams })));
        Assert.AreEqual("stays float: its weights 'v' are not a constant", Why(Dense().Input("v", 4, 4).Node("n", "Gemm", "x v b")));
        Assert.AreEqual("stays float: its bias 'v' is not a float32 constant", Why(Dense().Input("v", 4).Node("n", "Gemm", "x w v")));
        Assert.AreEqual("stays float: its bias is float32[3, 4]; expected one number for each of 4 channels", Why(Dense().Random("v", 3, 4).Node("n", "Gemm", "x w v")));
        Assert.AreEqual("stays float: its bias is NaN or infinite", Why(Dense().Constant("v", Tensor.Create(0f, 0f, float.NaN, 0f)).Node("n", "Gemm", "x w v")));
        Assert.AreEqual("stays float: its weights are empty, NaN or infinite", Why(new Sketch(3, 1).Constant("v", Tensor.Create([float.NaN], new Shape(1, 1))).Node("n", "Gemm", "x v")));
        Assert.AreEqual("stays float: its factors alpha and beta are not 1; run FoldGemmFactors first", Why(Dense().Node("n", "Gemm", "x w b", ("alpha", 2f))));
        Assert.AreEqual("stays float: it computes no float32 values", Why(Dense().Node("n", "Cast", "x", ("to", 7))));
        Assert.AreEqual("stays float: Sub has no quantized form", Why(Dense().Node("n", "Sub", "x b")));

        static string Why(Sketch sketch, QConfigMapping? mapping = null) => Note(Prepare.Run(sketch.Outputs("n"), mapping ?? QConfigMapping.Default), "n");
        static QConfigMapping Activation(ObserverSpec spec) => QConfigMapping.Empty.SetGlobal(QConfigMapping.Default.Global! with { Activation = spec });
        static QConfigMapping Weight(ObserverSpec spec) => QConfigMapping.Empty.SetGlobal(QConfigMapping.Default.Global! with { Weight = spec });
    }

    [TestMethod]
    public void A_product_of_two_activations_observes_both() => Assert.AreEqual("x | v | n | y", Groups(Dense().Input("v", 4, 4).Node("n", "MatMul", "x v").Node("y", "Gemm", "n w b").Outputs("y")));

    [TestMethod]
    public void A_node_that_reuses_an_observer_that_is_not_there_is_refused() => Configuration.QConfigMappingSpec.Refuses(
        "Value 'x' reuses the observer of its input, but that input has none.",
        () => Prepare.Run(Dense().Node("n", "Gemm", "x w b").Outputs("n"), QConfigMapping.Empty.SetGlobal(new(new ObserverSpec { Observer = "ReuseInput" }, QConfigMapping.Default.Global!.Weight))));

    [TestMethod]
    public void A_value_in_two_groups_is_refused() => Configuration.QConfigMappingSpec.Refuses(
        "Value 'x' of graph 'sketch' is in the groups 'a' and 'b'; expected one.",
        () => _ = new PreparedGraph(Dense().Node("n", "Gemm", "x w b").Outputs("n"), [new("a", s_signed, ["x"]), new("b", s_signed, ["x"])], System.Collections.Immutable.ImmutableSortedDictionary<string, QConfig>.Empty, []));
}
