using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Tests.Passes;

namespace Microsoft.ML.Quantization.Tests.Configuration;

[TestClass]
public sealed class PrepareForBackendSpec
{
    private static Sketch Dense() => new Sketch(3, 4).Random("w", 4, 4);

    private static string Why(Graph graph, string node, BackendConfig backend, QConfigMapping? mapping = null) =>
        Prepare.Run(graph, mapping ?? QConfigMapping.Default, new PrepareOptions { Backend = backend }).Notes.Single(note => note.Node == node).Text;

    [TestMethod]
    public void What_the_backend_runs_is_quantized() => Assert.StartsWith("Gemm in quint8", Why(Dense().Node("a", "Gemm", "x w").Outputs("a"), "a", BackendConfigs.X86));

    [TestMethod]
    public void What_the_backend_has_no_pattern_for_stays_float_with_that_reason()
    {
        Graph pooled = new Sketch(1, 3, 8, 8).Random("w", 4, 3, 3, 3).Node("c", "Conv", "x w").Node("s", "GlobalMaxPool", "c").Outputs("s");
        Assert.AreEqual("stays float: backend 'x86' has no pattern for GlobalMaxPool", Why(pooled, "s", BackendConfigs.X86));
        Assert.AreEqual("stays float: backend 'tensorrt' has no pattern for Sigmoid (nn.Sigmoid, torch.sigmoid, sigmoid, sigmoid_)",
            Why(Dense().Node("a", "Gemm", "x w").Node("s", "Sigmoid", "a").Node("y", "Gemm", "s w").Outputs("y"), "s", BackendConfigs.TensorRT));
    }

    [TestMethod]
    public void What_the_backend_runs_in_other_types_stays_float_with_that_reason() => Assert.AreEqual(
        "stays float: backend 'tensorrt' does not run nn.Linear that way: it reads qint8; the configuration gives activations the type quint8",
        Why(Dense().Node("a", "Gemm", "x w").Outputs("a"), "a", BackendConfigs.TensorRT));

    [TestMethod]
    public void The_longest_pattern_decides_about_a_fused_operator()
    {
        Graph graph = FusionPipeline.Run(Dense().Node("a", "Gemm", "x w").Node("r", "Relu", "a").Outputs("r")).Graph;
        var both = new BackendPatternConfig(BackendPattern.Of("nn.Linear", "nn.ReLU")) { DTypes = [DTypeConfigs.DefaultOpQInt8] };
        BackendConfig backend = new BackendConfig("mine").SetBackendPatternConfigs(both, new(BackendPattern.Of("nn.Linear")) { DTypes = [DTypeConfigs.WeightedOpInt8] });
        Assert.AreEqual("stays float: backend 'mine' does not run nn.Linear, nn.ReLU that way: it reads qint8; the configuration gives activations the type quint8", Why(graph, "a", backend));
        Assert.StartsWith("Gemm in quint8", Why(graph, "a", backend.SetBackendPatternConfig(both with { DTypes = [DTypeConfigs.WeightedOpInt8] })));
    }

    [TestMethod]
    public void Every_pattern_of_PyTorchs_own_backend_leaves_its_own_default_mapping_alone()
    {
        Graph graph = new Sketch(1, 3, 8, 8).Random("w", 4, 3, 3, 3).Node("c", "Conv", "x w").Node("s", "Sigmoid", "c").Node("t", "Tanh", "c").Node("m", "Mul", "s t")
            .Node("p", "MaxPool", "m", ("kernel_shape", ImmutableArray.Create(2L, 2L))).Node("f", "Flatten", "p").Random("v", 100, 4).Node("y", "Gemm", "f v").Outputs("y");
        foreach (BackendConfig backend in new[] { BackendConfigs.X86, BackendConfigs.Fbgemm, BackendConfigs.Qnnpack, BackendConfigs.OneDnn })
        {
            PreparedGraph with = Prepare.Run(graph, QConfigMapping.ForBackend(backend.Name), new PrepareOptions { Backend = backend }), without = Prepare.Run(graph, QConfigMapping.ForBackend(backend.Name), new PrepareOptions { JoinElementwise = false });
            CollectionAssert.AreEqual(without.Groups, with.Groups, backend.Name);
            Assert.HasCount(7, with.Quantized, backend.Name);
        }
    }

    [TestMethod]
    public void Fixed_parameters_of_a_configuration_are_those_of_the_output()
    {
        Graph graph = Dense().Node("a", "Gemm", "x w").Node("s", "Tanh", "a").Node("y", "Gemm", "s w").Outputs("y");
        PreparedGraph prepared = Prepare.Run(graph, QConfigMapping.ForBackend("qnnpack"));
        QuantizationParameters known = prepared.GroupOf("s")!.Fixed!;
        Assert.AreEqual((2f / 256, 128), (known.Scale, known.ZeroPoint));
        Assert.AreEqual("Histogram", prepared.GroupOf("a")!.Spec.Observer);

        QConfigMapping own = QConfigMapping.Default.SetModuleName("a", QConfigMapping.Default.Global! with { Activation = new() { Observer = "FixedQParams", Scale = 0.5f, ZeroPoint = 3 } });
        prepared = Prepare.Run(graph, own);
        Assert.AreEqual((0.5f, 3), (prepared.GroupOf("a")!.Fixed!.Scale, prepared.GroupOf("a")!.Fixed!.ZeroPoint));
        Assert.AreEqual("MinMax", prepared.GroupOf("x")!.Spec.Observer, "an input has a range of its own");
        Assert.IsNull(prepared.GroupOf("x")!.Fixed);
        Assert.AreEqual("stays float: the configuration fixes its parameters and gives no scale or no zero point",
            Prepare.Run(graph, own.SetModuleName("a", QConfigMapping.Default.Global! with { Activation = new() { Observer = "FixedQParams" } })).Notes.Single(note => note.Node == "a").Text);
    }

    [TestMethod]
    public void Values_of_different_fixed_parameters_that_share_a_group_are_observed()
    {
        Graph graph = Dense().Node("a", "Gemm", "x w").Node("s", "Sigmoid", "a").Node("t", "Tanh", "a").Node("c", "Concat", "s t", ("axis", 0L)).Node("y", "Gemm", "c w").Outputs("y");
        ObserverGroup group = Prepare.Run(graph, QConfigMapping.ForBackend("x86")).GroupOf("c")!;
        Assert.IsNull(group.Fixed);
        Assert.AreEqual("Histogram", group.Spec.Observer);
    }

    [TestMethod]
    public void A_rule_may_use_PyTorchs_name_and_the_operators_own_name_beats_it()
    {
        Graph graph = Dense().Node("a", "Gemm", "x w").Node("b", "Reshape", "a i").Constant("i", Tensor.Create<long>([3, 4])).Outputs("b");
        Assert.IsNull(QConfigMapping.Default.SetObjectType("torch.nn.Linear", null).Find(graph.Node("a"), graph));
        Assert.IsNotNull(QConfigMapping.Default.SetObjectType("nn.Conv2d", null).Find(graph.Node("a"), graph));
        Assert.AreEqual(QConfigs.Debug, QConfigMapping.Default.SetObjectType("nn.Linear", null).SetObjectType("Gemm", QConfigs.Debug).Find(graph.Node("a"), graph));
        Assert.AreEqual(QConfigs.ReuseInput, QConfigMapping.ForBackend("x86").Find(graph.Node("b"), graph));
        Assert.AreEqual(QConfigs.Debug, QConfigMapping.Default.SetModuleNameObjectTypeOrder("", "nn.functional.linear", 0, QConfigs.Debug).Find(graph.Node("a"), graph));
    }
}
