using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Graphs.Diagnostics;
using Microsoft.ML.Quantization.Graphs.Tests;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Diagnostics;

[TestClass]
public sealed class NShadowsSpec
{
    private static readonly QConfig s_default = QConfigMapping.Default.Global!;

    // Four bits of activations: visibly worse.
    private static readonly QConfig s_coarse = new(new ObserverSpec { Observer = "MinMax", QuantMin = 0, QuantMax = 15 }, ObserverDefaults.PerChannelWeight);

    private static readonly Graph s_model = SmallNetwork.Everything();

    private static ImmutableArray<Tensor> Batch(int seed, int rows = 4) => [SmallNetwork.Random(new Random(seed), new Shape(rows, 3, 8, 8))];

    private static NShadowsModel Compared(QConfigMultiMapping mappings, bool save = false)
    {
        NShadowsModel model = NShadowsModel.Prepare(s_model, mappings);
        model.SaveActivations = save;
        model.Run(Batch(1));
        model.Run(Batch(2));
        model.Convert();
        model.Run(Batch(3));
        model.Run(Batch(4));
        return model;
    }

    [TestMethod]
    public void Every_configuration_of_a_node_is_compared_in_the_same_runs()
    {
        using NShadowsModel model = Compared(QConfigMultiMapping.Empty.SetGlobal(s_coarse, s_default));
        NShadowsComparison found = model.ExtractResults();
        foreach (string layer in (string[])["conv1", "conv2", "depthwise", "wide", "scores"])
        {
            ImmutableArray<ShadowResult> shadows = found[layer].Shadows;
            Assert.HasCount(2, shadows);
            Assert.HasCount(2, shadows[0].BatchSqnr, "one for each batch");
            Assert.IsGreaterThan(shadows[0].Total.Sqnr + 6, shadows[1].Total.Sqnr, layer);
            Assert.AreEqual(1, found[layer].Best!.Index);
            Assert.AreEqual(s_default, shadows[1].Config);
        }
        StringAssert.StartsWith(found.ToTable(), "node_name  node_type");
        StringAssert.Contains(found.ToTable(), "\nconv1 ");
    }

    [TestMethod]
    public void The_networks_own_results_stay_float_and_a_shadow_is_the_node_quantized_alone()
    {
        using NShadowsModel model = Compared(QConfigMultiMapping.Empty.SetGlobal(s_default), save: true);
        using ExecutionPlan plan = ExecutionPlan.Bind(FusionPipeline.Run(s_model).Graph);
        CollectionAssert.AreEqual(plan.Run(Batch(5))[0].Bytes.ToArray(), model.Run(Batch(5))[0].Bytes.ToArray());

        // The first layer reads the input alone, so the whole network quantized has the same codes there.
        ShadowResult first = model.ExtractResults()["conv1"].Shadows[0];
        Graph quantized = ModelQuantizer.QuantizeStatic(s_model, [Batch(1), Batch(2)]).Graph;
        Comparison whole = NumericSuite.CompareModelOutputs(s_model, quantized, [Batch(3), Batch(4), Batch(5)]);
        Assert.AreEqual(whole["conv1"].Similarity.Sqnr, first.Total.Sqnr, 1e-9);
        Assert.HasCount(3, first.Saved);
        Assert.AreEqual(first.BatchSqnr[0], Similarity.Of(first.Saved[0].Float.AsSpan<float>(), first.Saved[0].Quantized.AsSpan<float>()).Sqnr);
    }

    [TestMethod]
    public void A_node_without_configuration_says_why_it_has_no_shadow()
    {
        using NShadowsModel model = Compared(QConfigMultiMapping.Empty.SetGlobal(s_default).SetModuleName("conv1", s_coarse, s_default).SetModuleName("conv2", (QConfig?)null));
        NShadowsComparison found = model.ExtractResults();
        Assert.IsTrue(found["conv1"].Shadows.All(shadow => shadow.Reason is null));
        Assert.AreEqual("the configuration says not to quantize it", found["scores"].Shadows[1].Reason, "there is one global configuration only");
        StringAssert.Contains(found.ToTable(), " -\n");
        Refusal.Of(() => _ = found["conv2"], "'conv2' has no shadow; expected one of conv1");
    }

    [TestMethod]
    public void Loggers_can_be_switched_off()
    {
        using NShadowsModel model = Compared(QConfigMultiMapping.Empty.SetGlobal(s_default));
        model.LoggersEnabled = false;
        model.Run(Batch(9));
        Assert.HasCount(2, model.ExtractResults()["conv1"].Shadows[0].BatchSqnr);
        Assert.IsEmpty(model.ExtractResults()["conv1"].Shadows[0].Saved);
    }

    [TestMethod]
    public void What_has_no_meaning_is_refused()
    {
        Refusal.Of(() => NShadowsModel.Prepare(s_model, QConfigMultiMapping.Empty), "can be quantized by any of 1 configurations");
        Refusal.Of(() => NShadowsModel.Prepare(ModelQuantizer.QuantizeStatic(s_model, [Batch(1)]).Graph, QConfigMultiMapping.Empty.SetGlobal(s_default)), "is quantized already");
        Refusal.Of(() => QConfigMultiMapping.FromListQConfigMapping(), "There is no configuration to compare");
        using NShadowsModel model = NShadowsModel.Prepare(s_model, QConfigMultiMapping.Empty.SetGlobal(s_default));
        Refusal.Of(model.Convert, "was never observed");
        Refusal.Of(() => model.ExtractResults(), "Nothing was compared; expected a Run after Convert");
        model.Run(Batch(1));
        model.Convert();
        Refusal.Of(model.Convert, "The shadows are converted already");
    }

    [TestMethod]
    public void Lists_of_different_length_are_filled_with_do_not_quantize()
    {
        // torch.ao.ns.fx.qconfig_multi_mapping: qconfig_list padded with None, new mappings hold None for the rules of the others, duplicates and None dropped.
        QConfigMultiMapping multi = QConfigMultiMapping.Empty.SetObjectType("Conv", s_default).SetGlobal(s_default, s_coarse, s_default, null);
        Assert.HasCount(2, multi.QConfigMappings);
        Assert.AreEqual(s_coarse, multi.QConfigMappings[1].Global);
        Assert.AreEqual(new KeyValuePair<string, QConfig?>("Conv", null), multi.QConfigMappings[1].ObjectTypes.Single());
        multi = multi.SetModuleName("head", s_coarse).SetModuleNameRegex("a.*", s_coarse, s_default).SetModuleNameObjectTypeOrder("m", "Gemm", 1, s_coarse);
        Assert.AreEqual((s_coarse, null), (multi.QConfigMappings[0].ModuleNames.Single().Value, multi.QConfigMappings[1].ModuleNames.Single().Value));
        Assert.AreEqual((s_coarse, s_default), (multi.QConfigMappings[0].ModuleNamePatterns.Single().Value, multi.QConfigMappings[1].ModuleNamePatterns.Single().Value));
        Assert.IsNull(multi.QConfigMappings[1].Orders.Single().Value);

        QConfigMultiMapping list = QConfigMultiMapping.FromListQConfigMapping(QConfigMapping.Empty.SetGlobal(s_default), QConfigMapping.Empty.SetGlobal(s_coarse).SetObjectType("Conv", s_coarse));
        Assert.AreEqual((s_coarse, null), (list.QConfigMappings[0].ObjectTypes.Single().Value, list.QConfigMappings[1].ObjectTypes.Single().Value), "as PyTorch: a rule's configurations fill the mappings from the first on");
        Assert.AreEqual(list, QConfigMultiMapping.FromListQConfigMapping(list.QConfigMappings));
    }
}
