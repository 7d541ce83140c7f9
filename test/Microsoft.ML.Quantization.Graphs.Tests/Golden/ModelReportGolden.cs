using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Graphs.Diagnostics;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

[TestClass]
public sealed class ModelReportGolden
{
    private const double Relative = 1e-4;

    [TestMethod]
    [TestCategory("Golden")]
    public void Statistics_and_findings_are_those_of_PyTorch()
    {
        GoldenFile file = GoldenFile.Open("model_report.json");
        file.Check(_ => null, c =>
        {
            if (c.Inputs.TryGetProperty("params", out _)) { CheckReport(c); }
            else if (c.Inputs.TryGetProperty("batches", out _)) { CheckObserver(c); }
            else { CheckMapping(c, file.Cases.Single(other => other.Name == c.Text("from"))); }
        });
    }

    private static void CheckObserver(GoldenCase c)
    {
        var observer = new ModelReportObserver(c.Integer("ch_axis")!.Value, (float)c.Number("comp_percentile")!.Value);
        foreach ((JsonElement batch, JsonElement step) in c.Inputs.GetProperty("batches").EnumerateArray().Zip(c.Expected.GetProperty("steps").EnumerateArray()))
        {
            observer.Observe(GoldenCase.Tensor(batch).Floats, GoldenCase.Tensor(batch).Shape);
            Near(step, "average_batch_activation_range", observer.AverageBatchRange);
            Near(step, "epoch_activation_min", observer.EpochMinimum);
            Near(step, "epoch_activation_max", observer.EpochMaximum);
            Near(step, "batch_to_epoch_ratio", observer.BatchToEpochRatio);
            Near(step, "min_val", observer.Minima);
            Near(step, "max_val", observer.Maxima);
            Near(step, "average_percentile_ratio", observer.PercentileRatios);
            CollectionAssert.AreEqual(GoldenCase.Tensor(step.GetProperty("percentile_batches_tracked")).Ints, observer.PercentileBatches.ToArray());
            CollectionAssert.AreEqual(GoldenCase.Tensor(step.GetProperty("constant_channels")).Ints, observer.ConstantBatches.ToArray());
            Assert.AreEqual(step.GetProperty("num_batches_tracked").GetInt32(), observer.Batches);
        }
    }

    private static void Near(JsonElement step, string name, params ReadOnlySpan<float> actual) => Golden.Near.Floats(GoldenCase.Tensor(step.GetProperty(name)), actual, Relative, 0, name);

    private static (Graph Graph, ModelFindings Findings) Report(GoldenCase c)
    {
        QConfigMapping examined = QConfigMapping.Empty.SetGlobal(TorchNetworks.MinMaxPerTensor);
        ImmutableArray<Tensor>[] batches = [.. c.Inputs.GetProperty("batches").EnumerateArray().Select(json => ImmutableArray.Create(GoldenCase.Tensor(json).ToTensor()))];
        using var report = new ModelReport(TorchNetworks.Mlp(c, batches[0][0].Shape), [new PerChannelDetector(examined, "qnnpack"), new DynamicStaticDetector(0.5f), new InputWeightEqualizationDetector(0.5f), new OutlierDetector(channelAxis: 1)]);
        foreach (ImmutableArray<Tensor> batch in batches) { report.Observe(batch); }
        return (report.Graph, report.Generate());
    }

    private static void CheckReport(GoldenCase c)
    {
        (Graph graph, ModelFindings findings) = Report(c);
        foreach (JsonProperty detector in c.Expected.EnumerateObject())
        {
            foreach (JsonProperty module in detector.Value.GetProperty("info").EnumerateObject())
            {
                DetectorFinding finding = findings[detector.Name][TorchNetworks.NodeOf(graph, module.Name)];
                foreach (JsonProperty fact in module.Value.EnumerateObject()) { CheckFact(finding, fact.Name, fact.Value); }
            }
        }
    }

    private static void CheckFact(DetectorFinding finding, string name, JsonElement expected)
    {
        string what = $"{name} of {finding.Node}";
        if (finding.ChannelFeatures.TryGetValue(name, out ImmutableArray<float> channels))
        {
            float[] values = expected.ValueKind == JsonValueKind.Array ? GoldenNumber.ReadFloats(expected) : GoldenCase.Tensor(expected).Floats;
            Golden.Near.Floats(values, channels.AsSpan(), Relative, 0, what);
            return;
        }
        string actual = finding.Features[name];
        if (GoldenTensor.IsTensor(expected)) { expected = expected.GetProperty("data")[0]; }
        if (expected.ValueKind == JsonValueKind.Number) { Golden.Near.Floats([(float)GoldenNumber.Read(expected)], [float.Parse(actual, CultureInfo.InvariantCulture)], Relative, 0, what); }
        else { Assert.AreEqual(expected.ValueKind == JsonValueKind.String ? expected.GetString() : expected.GetRawText(), actual, what); }
    }

    private static void CheckMapping(GoldenCase c, GoldenCase from)
    {
        (Graph graph, ModelFindings findings) = Report(from);
        QConfigMapping mapping = findings.ToQConfigMapping();
        JsonElement modules = c.Expected.GetProperty("module_name");
        Assert.AreEqual(modules.EnumerateObject().Count(), mapping.ModuleNames.Length);
        foreach (JsonProperty module in modules.EnumerateObject())
        {
            QConfig config = mapping.Find(graph.Node(TorchNetworks.NodeOf(graph, module.Name)), graph)!;
            CheckSpec(module.Value.GetProperty("activation"), config.Activation!);
            CheckSpec(module.Value.GetProperty("weight"), config.Weight!);
        }
    }

    private static void CheckSpec(JsonElement expected, ObserverSpec actual)
    {
        Assert.AreEqual(expected.GetProperty("class").GetString(), actual.Observer + "Observer");
        Assert.AreEqual(expected.GetProperty("dtype").GetString(), actual.Type.Name());
        Assert.AreEqual(expected.GetProperty("qscheme").GetString(), actual.Scheme.Name());
        Assert.AreEqual(expected.GetProperty("reduce_range").GetBoolean(), actual.ReduceRange);
        Assert.AreEqual(new QuantizedRange(expected.GetProperty("quant_min").GetInt32(), expected.GetProperty("quant_max").GetInt32()), actual.Range);
        Assert.AreEqual(expected.GetProperty("has_customized_qrange").GetBoolean(), actual.HasCustomRange);
    }
}
