using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Tests.Passes;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Quantizers;

/// <summary>Expected annotations follow torchao.quantization.pt2e.quantizer.x86_inductor_quantizer, read as a table.</summary>
[TestClass]
public sealed class X86InductorQuantizerSpec
{
    private const string Act = "quint8 0..255 per_tensor_affine Histogram", Conv = "qint8 -128..127 per_channel_symmetric 0 PerChannelMinMax", Gemm = "qint8 -128..127 per_channel_symmetric 1 PerChannelMinMax";

    private static readonly QuantizationConfig s_config = X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig();

    private static readonly X86InductorQuantizer s_static = new X86InductorQuantizer().SetGlobal(s_config);

    private static Sketch Dense() => new Sketch(3, 4).Random("w", 4, 4).Random("b", 4);

    private static Sketch Image() => new Sketch(1, 2, 8, 8).Random("w", 2, 2, 1, 1);

    private static string Table(Graph graph, GraphQuantizer? quantizer = null) =>
        PreparePt2e.Run(graph, quantizer ?? s_static).Annotated.ToString().Replace(Act, "A").Replace(Conv, "W").Replace(Gemm, "W").TrimEnd('\n').Replace("\n", " | ");

    [TestMethod]
    public void The_default_configuration_is_PyTorchs()
    {
        Assert.AreEqual((Act, Act, Conv, null), (s_config.InputActivation!.ToString(), s_config.OutputActivation!.ToString(), s_config.Weight!.ToString(), s_config.Bias));
        Assert.AreEqual(1f / 4096, s_config.Weight.ToObserver().Eps);
        Assert.AreEqual("quint8 0..127 per_tensor_affine Histogram", X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig(reduceRange: true).InputActivation!.ToString());
        Assert.AreEqual("MovingAveragePerChannelMinMax", X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig(isQat: true).Weight!.ToFakeQuantize()!.Observer.Observer);
    }

    [TestMethod]
    public void A_layer_is_annotated_at_its_input_and_weights_and_writes_reals()
    {
        Assert.AreEqual("y: x: A, w: W", Table(Image().Node("y", "Conv", "x w").Outputs("y")));
        Assert.AreEqual("y: x: A, w: W", Table(Dense().Node("y", "Gemm", "x w b").Outputs("y")));
        Assert.AreEqual("", Table(new Sketch(1, 2, 8).Random("w", 2, 2, 3).Node("y", "Conv", "x w").Outputs("y")), "one axis only with a Relu");
        Assert.AreEqual("a: x: A, w: W | y: untouched", Table(new Sketch(1, 2, 8).Random("w", 2, 2, 3).Node("a", "Conv", "x w").Node("y", "Relu", "a").Outputs("y")));
    }

    [TestMethod]
    public void A_function_behind_a_convolution_belongs_to_it()
    {
        foreach (string function in (string[])["Relu", "Clip"])
        {
            Assert.AreEqual("a: x: A, w: W | f: untouched | y: f: A → as f → y", Table(Image().Node("a", "Conv", "x w").Node("f", function, "a").Node("y", "GlobalAveragePool", "f").Outputs("y")), function);
        }
        Assert.AreEqual("a: x: A, w: W | f: untouched | y: f: A → as f → y", Table(Image().Node("a", "Conv", "x w").Node("s", "Sigmoid", "a").Node("f", "Mul", "a s").Node("y", "GlobalAveragePool", "f").Outputs("y")), "SiLU spelled out");
        Assert.AreEqual("a: x: A, w: W | f: untouched | y: f: A → as f → y", Table(Image().Node("a", "Conv", "x w").Node("s", "HardSigmoid", "a").Node("f", "Mul", "a s").Node("y", "GlobalAveragePool", "f").Outputs("y")), "hard swish spelled out");
        Assert.AreEqual("a: x: A, w: W", Table(Image().Node("a", "Conv", "x w").Node("f", "Tanh", "a").Node("y", "GlobalAveragePool", "f").Outputs("y")), "not with Tanh, which only linear layers take");
    }

    [TestMethod]
    public void A_function_behind_a_linear_layer_belongs_to_it()
    {
        foreach (string function in (string[])["Relu", "LeakyRelu", "Tanh"])
        {
            Assert.AreEqual("a: x: A, w: W | f: untouched", Table(Dense().Node("a", "Gemm", "x w b").Node("f", function, "a").Node("y", "Div", "f b").Outputs("y")), function);
        }
        Graph gelu = Dense().Constant("r", Tensor.Create(1.4142135f)).Constant("one", Tensor.Create(1f)).Constant("half", Tensor.Create(0.5f)).Node("a", "Gemm", "x w b")
            .Node("d", "Div", "a r").Node("e", "Erf", "d").Node("p", "Add", "e one").Node("m", "Mul", "a p").Node("y", "Mul", "m half").Outputs("y");
        Assert.AreEqual("a: x: A, w: W | y: untouched", Table(gelu), "GELU spelled out");
    }

    [TestMethod]
    public void The_operand_added_behind_a_convolution_is_quantized_and_that_behind_a_linear_layer_is_not()
    {
        Assert.AreEqual("a: x: A, w: W | s: x: A | y: untouched", Table(Image().Node("a", "Conv", "x w").Node("s", "Add", "a x").Node("y", "Relu", "s").Outputs("y")));
        Assert.AreEqual("a: x: A, w: W | c: a: A, w: W | y: a: A", Table(Image().Node("a", "Conv", "x w").Node("c", "Conv", "a w").Node("y", "Add", "a c").Outputs("y")), "the convolution with a second reader is taken alone");
        Assert.AreEqual("a: x: A, w: W | y: untouched", Table(Dense().Node("a", "Gemm", "x w b").Node("y", "Add", "x a").Outputs("y")));
    }

    [TestMethod]
    public void Operators_on_codes_are_annotated_where_all_they_read_ends_a_quantized_pattern()
    {
        ImmutableArray<long> two = [2, 2];
        Assert.AreEqual("a: x: A, w: W | p: a: A → as a → p | y: p: A → as p → y",
            Table(Image().Node("a", "Conv", "x w").Node("p", "MaxPool", "a", ("kernel_shape", two)).Node("y", "AveragePool", "p", ("kernel_shape", two)).Outputs("y")));
        Assert.AreEqual("", Table(Image().Node("y", "MaxPool", "x", ("kernel_shape", two)).Outputs("y")));
        Assert.AreEqual("a: x: A, w: W | c: x: A, w: W | y: a: A, c: as a → y → as a → y",
            Table(Image().Node("a", "Conv", "x w").Node("c", "Conv", "x w").Node("y", "Concat", "a c", ("axis", 1)).Outputs("y")));
        Assert.AreEqual("a: x: A, w: W", Table(Image().Node("a", "Conv", "x w").Node("y", "Concat", "a x", ("axis", 1)).Outputs("y")));
        Assert.AreEqual("a: x: A, w: W | f: a: A → as a → f | y: f: A, v: W", Table(Image().Random("v", 128, 4).Node("a", "Conv", "x w").Node("f", "Flatten", "a").Node("y", "Gemm", "f v").Outputs("y")));
        Assert.AreEqual("a: x: A, w: W", Table(Image().Node("a", "Conv", "x w").Node("f", "Flatten", "a").Node("y", "Sigmoid", "f").Outputs("y")), "no reader of the flattened value takes codes");
    }

    [TestMethod]
    public void Products_of_equal_shapes_are_annotated_and_matrix_products_only_by_a_rule()
    {
        Assert.AreEqual("y: x: A, z: A", Table(Dense().Input("z", 3, 4).Node("y", "Mul", "x z").Outputs("y")));
        Assert.AreEqual("", Table(Dense().Node("y", "Mul", "x b").Outputs("y")));
        Graph product = Dense().Input("z", 4, 2).Node("y", "MatMul", "x z").Outputs("y");
        Assert.AreEqual("", Table(product));
        Assert.AreEqual("y: x: A, z: A", Table(product, s_static.SetFunctionTypeQConfig("torch.matmul", s_config)));
    }

    [TestMethod]
    public void A_name_wins_over_an_operator_and_that_over_the_global_rule()
    {
        Graph graph = Dense().Node("net.0", "Gemm", "x w b").Node("net.1", "Gemm", "net.0 w b").Node("y", "Mul", "net.1 x").Outputs("y");
        QuantizationConfig reduced = X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig(reduceRange: true);
        Assert.AreEqual("net.0: x: A, w: W | net.1: net.0: quint8 0..127 per_tensor_affine Histogram, w: W | y: net.1: A, x: A", Table(graph, s_static.SetModuleTypeQConfig("nn.Linear", s_config).SetModuleNameQConfig("net.1", reduced)));
        Assert.AreEqual("net.0: untouched | net.1: net.0: A, w: W | y: net.1: A, x: A", Table(graph, s_static.SetModuleNameQConfig("net.0", null)), "null leaves a layer in float");
        Assert.AreEqual("net.0: x: quint8 0..127 per_tensor_affine Histogram, w: W | net.1: net.0: quint8 0..127 per_tensor_affine Histogram, w: W", Table(graph, new X86InductorQuantizer().SetModuleTypeQConfig("torch.nn.Linear", reduced)));
    }

    [TestMethod]
    public void Rules_for_unknown_operators_and_rules_that_cannot_go_together_are_refused()
    {
        Refusal.Of(() => s_static.SetFunctionTypeQConfig("torch.sigmoid", s_config), "X86InductorQuantizer has no rule for 'torch.sigmoid'", "torch.matmul");
        Refusal.Of(() => s_static.SetModuleNameQConfig("a", X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig(isDynamic: true)), "was given dynamic and static configurations");
    }

    [TestMethod]
    public void Dynamic_quantization_is_for_linear_layers_only()
    {
        X86InductorQuantizer dynamic = new X86InductorQuantizer().SetGlobal(X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig(isDynamic: true));
        Assert.AreEqual("a: x: dynamic quint8 0..255 per_tensor_affine Placeholder, w: W", Table(Dense().Node("a", "Gemm", "x w b").Node("y", "Mul", "a x").Outputs("y"), dynamic));
    }
}
