using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Graphs.Diagnostics;
using Microsoft.ML.Quantization.Graphs.Tests;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Diagnostics;

[TestClass]
public sealed class ModelReportSpec
{
    private static ImmutableArray<Tensor> Batch(int seed, float magnitude = 1f) => [SmallNetwork.Random(new Random(seed), new Shape(8, 3, 8, 8), magnitude)];

    private static ModelFindings Findings(params float[] magnitudes)
    {
        using var report = new ModelReport(SmallNetwork.Everything(), [new PerChannelDetector(QConfigMapping.Default), new DynamicStaticDetector(), new InputWeightEqualizationDetector(), new OutlierDetector()]);
        for (int i = 0; i < magnitudes.Length; i++) { report.Observe(Batch(i, magnitudes[i])); }
        return report.Generate();
    }

    [TestMethod]
    public void Data_whose_range_jumps_asks_for_ranges_at_run_time()
    {
        DetectorSection calm = Findings(1, 1, 1)["dynamic_vs_static_detector"], wild = Findings(0.01f, 0.01f, 0.01f, 100)["dynamic_vs_static_detector"];
        Assert.AreEqual("false", calm["conv1"].Features["dynamic_recommended"]);
        Assert.AreEqual("true", wild["conv1"].Features["dynamic_recommended"]);
        Assert.AreEqual("false", wild["conv1"].Features["is_dynamic_supported"]);
        StringAssert.Contains(wild["conv1"].Advice, "only Linear has a dynamic form yet");
    }

    [TestMethod]
    public void Configurations_follow_the_advice()
    {
        QConfigMapping mapping = Findings(1, 1).ToQConfigMapping();
        Graph model = SmallNetwork.Everything();
        Assert.IsTrue(mapping.Find(model.Node("conv1"), model)!.Weight!.Scheme.IsPerChannel());
        Assert.IsNull(mapping.Find(model.Node("sum"), model));
    }

    [TestMethod]
    public void Text_and_tables_name_nodes_and_facts()
    {
        ModelFindings findings = Findings(1, 1);
        StringAssert.Contains(findings.ToText(), "per_channel_detector\n  nothing to improve");
        string table = findings["input_weight_equalization_detector"].ToTable();
        StringAssert.Contains(table, "input_weight_threshold");
        StringAssert.Contains(table, "weight_per_channel_max");
        string narrow = findings["outlier_detector"].ToTable("outliers_detected");
        Assert.IsFalse(narrow.Contains("percentile_ratios", StringComparison.Ordinal));
        StringAssert.Contains(narrow, "conv1");
        Assert.IsTrue(findings.ToEqualizationNodes().All(node => node.Length > 0));
    }

    [TestMethod]
    public void Refusals_say_what_to_do()
    {
        Graph model = SmallNetwork.Everything();
        Refusal.Of(() => new ModelReport(model, []), "without a detector", "new DynamicStaticDetector()");
        using var report = new ModelReport(model, [new DynamicStaticDetector()]);
        Refusal.Of(() => report.Generate(), "was never observed", "at least one batch");
        Refusal.Of(() => _ = Findings(1)["nobody"], "no section 'nobody'", "outlier_detector");
        Refusal.Of(() => _ = Findings(1)["outlier_detector"]["nobody"], "did not look at 'nobody'", "conv1");
        Refusal.Of(() => new ModelReportObserver(percentile: 2f), "The percentile is 2", "from 0 to 1");
        var constant = new ModelReportObserver();
        constant.Observe([1f, 1f], new Shape(1, 2));
        Refusal.Of(() => _ = constant.BatchToEpochRatio, "range from 1 to 1", "expected a finite range above 0");
        var across = new ModelReportObserver(channelAxis: 0);
        across.Observe([1f, 2f], new Shape(1, 2));
        Refusal.Of(() => across.Observe([1f, 2f, 3f], new Shape(1, 3)), "3 places in a channel", "expected 2 as before");
    }
}
