using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Tests.Passes;

namespace Microsoft.ML.Quantization.Tests.Configuration;

[TestClass]
public sealed class QConfigMappingSpec
{
    // As PyTorch exports them: a Sequential repeats its name in its children.
    private static readonly Graph s_graph = new Sketch(3, 4).Random("w", 4, 4)
        .Node("/net/net.0/Gemm", "Gemm", "x w").Node("/net/net.1/Relu", "Relu", "/net/net.0/Gemm").Node("/net/net.2/Gemm", "Gemm", "/net/net.1/Relu w")
        .Node("head.lin", "Gemm", "/net/net.2/Gemm w").Node("head.out", "Sigmoid", "head.lin").Outputs("head.out");

    private static QConfig Tag(int quantMax) => new(new ObserverSpec { Observer = "MinMax", QuantMin = 0, QuantMax = quantMax }, null);

    private static int? Find(QConfigMapping mapping, string node) => mapping.Find(s_graph.Node(node), s_graph)?.Activation!.QuantMax;

    [TestMethod]
    public void Without_rules_nothing_is_quantized() => Assert.IsNull(Find(QConfigMapping.Empty, "head.lin"));

    [TestMethod]
    public void Each_kind_of_rule_beats_those_below_it()
    {
        QConfigMapping mapping = QConfigMapping.Empty.SetGlobal(Tag(10));
        Assert.AreEqual(10, Find(mapping, "/net/net.0/Gemm"));
        mapping = mapping.SetObjectType("Gemm", Tag(20));
        Assert.AreEqual(20, Find(mapping, "/net/net.0/Gemm"));
        Assert.AreEqual(10, Find(mapping, "/net/net.1/Relu"));
        mapping = mapping.SetModuleNameRegex("net.*", Tag(30));
        Assert.AreEqual(30, Find(mapping, "/net/net.0/Gemm"));
        Assert.AreEqual(20, Find(mapping, "head.lin"));
        mapping = mapping.SetModuleName("net", Tag(40));
        Assert.AreEqual(40, Find(mapping, "/net/net.0/Gemm"));
        mapping = mapping.SetModuleNameObjectTypeOrder("net", "Gemm", 0, Tag(50));
        Assert.AreEqual(50, Find(mapping, "/net/net.0/Gemm"));
        Assert.AreEqual(40, Find(mapping, "/net/net.2/Gemm"), "the second Gemm of the module");
    }

    [TestMethod]
    public void The_nearest_enclosing_module_wins_whatever_the_order_of_the_rules()
    {
        QConfigMapping mapping = QConfigMapping.Empty.SetModuleName("net.0", Tag(1)).SetModuleName("net", Tag(2)).SetModuleName("/net/net.2/Gemm", Tag(3));
        Assert.AreEqual(1, Find(mapping, "/net/net.0/Gemm"));
        Assert.AreEqual(2, Find(mapping, "/net/net.1/Relu"));
        Assert.AreEqual(3, Find(mapping, "/net/net.2/Gemm"));
        Assert.IsNull(Find(mapping, "head.lin"));
    }

    [TestMethod]
    public void A_module_name_does_not_match_a_part_of_a_word() => Assert.IsNull(Find(QConfigMapping.Empty.SetModuleName("ne", Tag(1)), "/net/net.0/Gemm"));

    [TestMethod]
    public void Null_is_a_match_that_keeps_float()
    {
        QConfigMapping mapping = QConfigMapping.Empty.SetGlobal(Tag(10)).SetObjectType("Sigmoid", null).SetModuleName("net.0", null);
        Assert.IsNull(Find(mapping, "/net/net.0/Gemm"));
        Assert.IsNull(Find(mapping, "head.out"));
        Assert.AreEqual(10, Find(mapping, "head.lin"));
    }

    [TestMethod]
    public void The_first_pattern_set_wins_and_keeps_its_place_when_set_again()
    {
        QConfigMapping mapping = QConfigMapping.Empty.SetModuleNameRegex("he.*", Tag(1)).SetModuleNameRegex("head.*", Tag(2)).SetModuleNameRegex("he.*", Tag(3));
        Assert.AreEqual(3, Find(mapping, "head.lin"));
    }

    [TestMethod]
    public void A_pattern_matches_from_the_start_of_the_name_only()
    {
        Assert.IsNull(Find(QConfigMapping.Empty.SetModuleNameRegex("lin", Tag(1)), "head.lin"));
        Assert.AreEqual(1, Find(QConfigMapping.Empty.SetModuleNameRegex("a|hea", Tag(1)), "head.lin"));
        Assert.AreEqual(1, Find(QConfigMapping.Empty.SetModuleNameRegex("net\\.0", Tag(1)), "/net/net.0/Gemm"));
        Assert.AreEqual(1, Find(QConfigMapping.Empty.SetModuleNameRegex("/net/", Tag(1)), "/net/net.0/Gemm"));
    }

    [TestMethod]
    public void An_index_counts_one_operator_inside_its_module()
    {
        QConfigMapping mapping = QConfigMapping.Empty.SetModuleNameObjectTypeOrder("", "Gemm", 2, Tag(1)).SetModuleNameObjectTypeOrder("net", "Gemm", 1, Tag(2)).SetModuleNameObjectTypeOrder("", "Gemm", 1, Tag(3));
        Assert.AreEqual(1, Find(mapping, "head.lin"));
        Assert.AreEqual(2, Find(mapping, "/net/net.2/Gemm"), "the nearer module");
        Assert.IsNull(Find(mapping, "/net/net.0/Gemm"));
    }

    [TestMethod]
    public void Mappings_are_values_and_setting_does_not_change_them()
    {
        QConfigMapping first = QConfigMapping.Empty.SetGlobal(Tag(1));
        Assert.AreNotEqual(first, first.SetObjectType("Conv", null));
        Assert.AreEqual(first.SetObjectType("Conv", null), QConfigMapping.Empty.SetObjectType("Conv", null).SetGlobal(Tag(1)));
        Assert.AreEqual(first.SetObjectType("Conv", null).GetHashCode(), QConfigMapping.Empty.SetObjectType("Conv", null).SetGlobal(Tag(1)).GetHashCode());
        Assert.IsEmpty(first.ObjectTypes);
    }

    [TestMethod]
    public void Ours_is_min_max_over_all_codes_with_per_channel_weights()
    {
        QConfig config = QConfigMapping.Default.Find(s_graph.Nodes[0], s_graph)!;
        Assert.AreEqual(new ObserverSpec { Observer = "MinMax" }, config.Activation);
        Assert.AreEqual(new ObserverSpec { Observer = "PerChannelMinMax", Type = ElementType.QInt8, Scheme = QScheme.PerChannelSymmetric }, config.Weight);
    }

    [TestMethod]
    [DataRow("x86", true, "PerChannelMinMax", "MinMax")]
    [DataRow("fbgemm", true, "PerChannelMinMax", "MinMax")]
    [DataRow("qnnpack", false, "MinMax", "MinMax")]
    [DataRow("onednn", false, "PerChannelMinMax", "PerChannelMinMax")]
    public void A_backend_has_the_configuration_PyTorch_gives_it(string backend, bool reduceRange, string weight, string transposedWeight)
    {
        QConfigMapping mapping = QConfigMapping.ForBackend(backend);
        Assert.AreEqual(new ObserverSpec { Observer = "Histogram", ReduceRange = reduceRange }, mapping.Global!.Activation);
        Assert.AreEqual(weight, mapping.Global.Weight!.Observer);
        Assert.AreEqual(transposedWeight, mapping.ObjectTypes.Single(rule => rule.Key == "nn.ConvTranspose2d").Value!.Weight!.Observer);
        Assert.AreEqual("ReuseInput", mapping.ObjectTypes.Single(rule => rule.Key == "reshape").Value!.Activation!.Observer);
    }

    [TestMethod]
    public void Wrong_rules_are_refused_with_a_reason()
    {
        Refuses("There is no backend 'arm'; expected one of fbgemm, onednn, qnnpack, x86.", () => QConfigMapping.ForBackend("arm"));
        Refuses("Pattern '(' of the quantization configuration is not a regular expression", () => QConfigMapping.Empty.SetModuleNameRegex("(", null));
        Refuses("Index -1 of operator 'Conv' in module 'net' is negative; expected 0 for the first one.", () => QConfigMapping.Empty.SetModuleNameObjectTypeOrder("net", "Conv", -1, null));
    }

    [TestMethod]
    public void A_hostile_pattern_is_stopped()
    {
        string name = new string('a', 60) + "!";
        Graph graph = new Sketch(1).Node(name, "Relu", "x").Outputs(name);
        Refuses("took more than 1 s. Write the pattern without nested repetitions.", () => QConfigMapping.Empty.SetModuleNameRegex("(a|aa)+$", null).Find(graph.Nodes[0], graph));
    }

    internal static void Refuses(string message, Action action) => StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(action).Message, message);
}
