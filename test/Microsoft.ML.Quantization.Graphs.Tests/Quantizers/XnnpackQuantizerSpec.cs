using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Tests.Passes;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Quantizers;

/// <summary>Expected annotations follow torch.ao.quantization.quantizer.xnnpack_quantizer of PyTorch 2.7, read as a table.</summary>
[TestClass]
public sealed class XnnpackQuantizerSpec
{
    private const string Act = "qint8 -128..127 per_tensor_affine Histogram", Weight = "qint8 -127..127 per_tensor_symmetric MinMax";

    private static readonly XnnpackQuantizer s_static = new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig());

    private static Sketch Dense() => new Sketch(3, 4).Random("w", 4, 4).Random("b", 4);

    private static Sketch Image() => new Sketch(1, 2, 8, 8).Random("w", 2, 2, 3, 3).Random("w1", 2, 2, 1, 1);

    private static string Table(Graph graph, GraphQuantizer? quantizer = null) => PreparePt2e.Run(graph, quantizer ?? s_static).Annotated.ToString().Replace(Act, "A").Replace(Weight, "W").TrimEnd('\n').Replace("\n", " | ");

    [TestMethod]
    public void The_symmetric_configuration_is_PyTorchs()
    {
        QuantizationConfig plain = XnnpackQuantizer.GetSymmetricQuantizationConfig();
        Assert.AreEqual((Act, Act, Weight, null, false), (plain.InputActivation!.ToString(), plain.OutputActivation!.ToString(), plain.Weight!.ToString(), plain.Bias, plain.IsQat));
        Assert.AreEqual(1f / 4096, ((QuantizationSpec)plain.InputActivation).ToObserver().Eps);
        Assert.AreEqual(1f / 4096, plain.Weight.ToObserver().Eps);
        Assert.AreEqual("qint8 -127..127 per_channel_symmetric 0 PerChannelMinMax", XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: true).Weight!.ToString());
        QuantizationConfig dynamic = XnnpackQuantizer.GetSymmetricQuantizationConfig(isDynamic: true);
        Assert.AreEqual(("dynamic qint8 -128..127 per_tensor_affine Placeholder", null), (dynamic.InputActivation!.ToString(), dynamic.OutputActivation));
        QuantizationConfig training = XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: true, isQat: true);
        FakeQuantizeSpec weight = training.Weight!.ToFakeQuantize()!;
        Assert.AreEqual(("FusedMovingAvgObsFakeQuantize", "MovingAveragePerChannelMinMax", -127), (weight.FakeQuantize, weight.Observer.Observer, weight.Observer.QuantMin));
        FakeQuantizeSpec batch = ((QuantizationSpec)XnnpackQuantizer.GetSymmetricQuantizationConfig(isQat: true, isDynamic: true).InputActivation!).ToFakeQuantize()!;
        Assert.AreEqual(("FakeQuantize", "MovingAverageMinMax", 1f), (batch.FakeQuantize, batch.Observer.Observer, batch.Observer.AveragingConstant));
        Assert.AreEqual("qint8 -8..7 per_tensor_affine Histogram", XnnpackQuantizer.GetSymmetricQuantizationConfig(actQMin: -8, actQMax: 7).InputActivation!.ToString());
    }

    [TestMethod]
    public void A_linear_layer_is_annotated_at_its_input_weights_and_output_and_its_bias_stays_float()
    {
        Assert.AreEqual("y: x: A, w: W → A", Table(Dense().Node("y", "Gemm", "x w b").Outputs("y")));
        Assert.AreEqual("y: x: A, w: W → A", Table(Dense().Node("y", "MatMul", "x w").Outputs("y")));
        Assert.AreEqual("m: x: A, w: W → A", Table(new Sketch(2, 3, 4).Random("w", 4, 4).Random("b", 4).Node("m", "MatMul", "x w").Node("y", "Add", "m b").Outputs("y")), "a product and its bias are one layer");
    }

    [TestMethod]
    public void Of_a_layer_and_its_relu_the_relus_output_is_annotated()
    {
        Assert.AreEqual("a: x: A, w: W | y: → A", Table(Dense().Node("a", "Gemm", "x w b").Node("y", "Relu", "a").Outputs("y")));
        Assert.AreEqual("a: x: A, w: W | y: → A", Table(Image().Node("a", "Conv", "x w").Node("y", "Relu", "a").Outputs("y")));
        Assert.AreEqual("a: x: A, w: W | y: → A", Table(Image().Node("a", "ConvTranspose", "x w").Node("y", "Relu", "a").Outputs("y")));
        Assert.AreEqual("a: x: A, w: W → A | r: a: as a → as a | y: a: A, r: A → A", Table(Dense().Node("a", "Gemm", "x w b").Node("r", "Relu", "a").Node("y", "Add", "a r").Outputs("y")), "another reader keeps the layer's own output");
    }

    [TestMethod]
    public void Convolutions_over_one_and_two_axes_are_annotated_and_others_are_not()
    {
        Assert.AreEqual("y: x: A, w: W → A", Table(new Sketch(1, 2, 8).Random("w", 2, 2, 3).Node("y", "Conv", "x w").Outputs("y")));
        Assert.AreEqual("", Table(new Sketch(1, 2, 4, 4, 4).Random("w", 2, 2, 3, 3, 3).Node("y", "Conv", "x w").Outputs("y")));
    }

    [TestMethod]
    public void Scales_of_channels_follow_the_axis_that_the_operator_has()
    {
        XnnpackQuantizer channels = new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: true));
        Assert.AreEqual("y: x: A, w: qint8 -127..127 per_channel_symmetric 1 PerChannelMinMax → A", Table(Dense().Node("y", "Gemm", "x w b").Outputs("y"), channels));
        Assert.AreEqual("y: x: A, w: qint8 -127..127 per_channel_symmetric 0 PerChannelMinMax → A", Table(Dense().Node("y", "Gemm", "x w b", ("transB", 1)).Outputs("y"), channels));
        Assert.AreEqual("y: x: A, w: qint8 -127..127 per_channel_symmetric 0 PerChannelMinMax → A", Table(Image().Node("y", "Conv", "x w").Outputs("y"), channels));
        Assert.AreEqual("y: x: A, w: W → A", Table(new Sketch(1, 2, 8, 8).Random("w", 2, 2, 3, 3).Node("y", "ConvTranspose", "x w", ("group", 2)).Outputs("y"), channels), "groups of a transposed convolution have no axis of all channels");
    }

    [TestMethod]
    public void Sums_and_products_are_annotated_with_the_relu_behind_them()
    {
        Assert.AreEqual("y: x: A, z: A → A", Table(Dense().Input("z", 3, 4).Node("y", "Add", "x z").Outputs("y")));
        Assert.AreEqual("s: x: A, z: A | y: → A", Table(Dense().Input("z", 3, 4).Node("s", "Add", "x z").Node("y", "Relu", "s").Outputs("y")));
        Assert.AreEqual("y: x: A, z: A → A", Table(Dense().Input("z", 3, 4).Node("y", "Mul", "x z").Outputs("y")));
        Assert.AreEqual("s: x: A, z: A | y: → A", Table(Dense().Input("z", 3, 4).Node("s", "Mul", "x z").Node("y", "Relu", "s").Outputs("y")));
        Assert.AreEqual("y: x: A, b: A → A", Table(Dense().Node("y", "Add", "x b").Outputs("y")), "constants are values like others");
    }

    [TestMethod]
    public void What_uses_large_constants_or_no_reals_is_left_alone()
    {
        Assert.AreEqual("", Table(Dense().Constant("c", Tensor.Create(1e16f)).Node("y", "Add", "x c").Outputs("y")));
        Assert.AreEqual("", Table(Dense().Constant("mask", Tensor.Create(0f, -1e9f, 0f, 0f)).Node("y", "Add", "x mask").Outputs("y")), "an additive mask, as everywhere in this library");
    }

    [TestMethod]
    public void All_inputs_and_the_output_of_a_concatenation_share_with_the_first_input() =>
        Assert.AreEqual("y: x: A, z: as x → y, v: as x → y → as x → y", Table(Dense().Input("z", 3, 4).Input("v", 3, 4).Node("y", "Concat", "x z v", ("axis", 1)).Outputs("y")));

    [TestMethod]
    public void A_global_average_pool_is_always_annotated_and_shares()
    {
        Assert.AreEqual("y: x: A → as x → y", Table(Image().Node("y", "GlobalAveragePool", "x").Outputs("y")));
        Assert.AreEqual("a: x: A, w: W → A | y: a: as a → as a → y", Table(Image().Node("a", "Conv", "x w").Node("y", "GlobalAveragePool", "a").Outputs("y")));
    }

    [TestMethod]
    public void A_recurrent_layer_is_annotated_at_its_ends_only()
    {
        Sketch gru = new Sketch(5, 1, 4).Random("w", 1, 6, 4).Random("r", 1, 6, 2).Input("h", 1, 1, 2);
        Assert.AreEqual("y: x: A, h: A → A", Table(gru.Node("y", "GRU", "x w r - - h", ("hidden_size", 2)).Outputs("y")));
    }

    [TestMethod]
    public void Operators_that_move_or_clamp_numbers_share_with_an_annotated_value_before_them()
    {
        Graph graph = Image().Constant("shape", Tensor.Create(1L, -1L)).Node("a", "Conv", "x w").Node("p", "MaxPool", "a", ("kernel_shape", System.Collections.Immutable.ImmutableArray.Create(2L, 2)))
            .Node("t", "Transpose", "p").Node("c", "Clip", "t").Node("v", "Reshape", "c shape").Node("s", "Sigmoid", "v").Node("y", "Flatten", "s").Outputs("y");
        Assert.AreEqual("a: x: A, w: W → A | p: a: as a → as a | t: p: as p → as p | c: t: as t → as t | v: c: as c → as c", Table(graph), "Sigmoid has no pattern, so what follows it has none either");
        Assert.AreEqual("", Table(Image().Node("y", "Flatten", "x").Outputs("y")), "nothing is annotated before it");
    }

    [TestMethod]
    public void A_function_that_the_file_spells_out_is_no_product_of_two_values()
    {
        Assert.AreEqual("a: x: A, w: W → A", Table(Dense().Node("a", "Gemm", "x w b").Node("s", "Sigmoid", "a").Node("y", "Mul", "a s").Outputs("y")), "x · sigmoid(x) is SiLU, one operator in PyTorch");
        Assert.AreEqual("a: x: A, w: W → A | y: a: A → A", Table(Dense().Node("a", "Gemm", "x w b").Node("y", "Mul", "a a").Outputs("y")));
    }

    [TestMethod]
    public void A_name_wins_over_a_type_of_module_that_over_an_operator_and_that_over_the_global_rule()
    {
        Graph graph = Dense().Node("net.0", "Gemm", "x w b").Node("net.1", "Gemm", "net.0 w b").Node("head", "MatMul", "net.1 w").Node("y", "Add", "head x").Outputs("y");
        static QuantizationConfig With(int most) => XnnpackQuantizer.GetSymmetricQuantizationConfig(actQMax: most);
        XnnpackQuantizer quantizer = new XnnpackQuantizer().SetGlobal(With(1)).SetOperatorType("Gemm", With(2)).SetModuleType("torch.nn.Linear", With(3)).SetModuleName("net.1", With(4));
        AnnotatedGraph annotated = PreparePt2e.Run(graph, quantizer).Annotated;
        Assert.AreEqual("3 4 3 1", string.Join(' ', graph.Nodes.Select(node => ((QuantizationSpec)annotated.Of(node)!.OutputQSpec!).QuantMax)));
        quantizer = quantizer.SetModuleType("nn.Linear", null).SetModuleName("net.1", With(5));
        annotated = PreparePt2e.Run(graph, quantizer).Annotated;
        Assert.AreEqual("- 5 - 1", string.Join(' ', graph.Nodes.Select(node => annotated.Of(node)!.OutputQSpec is QuantizationSpec spec ? $"{spec.QuantMax}" : "-")), "null leaves nodes in float");
        Assert.AreEqual("2", $"{((QuantizationSpec)PreparePt2e.Run(graph, new XnnpackQuantizer().SetGlobal(With(1)).SetOperatorType("Gemm", With(2))).Annotated.Of(graph.Node("net.0"))!.OutputQSpec!).QuantMax}");
    }

    [TestMethod]
    public void Dynamic_quantization_is_for_linear_layers_only()
    {
        XnnpackQuantizer dynamic = new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig(isDynamic: true));
        Assert.AreEqual("a: x: dynamic qint8 -128..127 per_tensor_affine Placeholder, w: W", Table(Dense().Node("a", "Gemm", "x w b").Node("y", "Add", "a x").Outputs("y"), dynamic));
        Assert.AreEqual("", Table(Image().Node("y", "Conv", "x w").Outputs("y"), dynamic));
    }

    [TestMethod]
    public void Rules_that_cannot_go_together_are_refused()
    {
        Refusal.Of(() => s_static.SetModuleName("a", XnnpackQuantizer.GetSymmetricQuantizationConfig(isDynamic: true)), "XnnpackQuantizer was given dynamic and static configurations", "ComposableQuantizer");
        Refusal.Of(() => s_static.SetModuleName("a", XnnpackQuantizer.GetSymmetricQuantizationConfig(isQat: true)), "XnnpackQuantizer was given configurations for training and for calibration");
        Refusal.Of(() => XnnpackQuantizer.GetSymmetricQuantizationConfig(actQMin: 5, actQMax: 4), "The smallest code of a quantization specification is 5 and the largest 4");
    }
}
