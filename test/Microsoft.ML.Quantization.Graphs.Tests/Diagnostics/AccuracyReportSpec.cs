using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Graphs.Diagnostics;
using Microsoft.ML.Quantization.Graphs.Tests;
using Microsoft.ML.Quantization.Tests.Golden;

namespace Microsoft.ML.Quantization.Tests.Diagnostics;

[TestClass]
public sealed class AccuracyReportSpec
{
    private static ImmutableArray<Tensor> Batch(float magnitude = 1f) => [SmallNetwork.Random(new Random(8), new Shape(16, 3, 8, 8), magnitude)];

    [TestMethod]
    public void Ranges_that_were_calibrated_too_small_show_as_clipped_values()
    {
        Graph model = SmallNetwork.Everything();
        Graph quantized = ModelQuantizer.QuantizeStatic(model, [Batch(0.25f)]).Graph;
        AccuracyReport report = AccuracyReport.Explain(model, quantized, [Batch()]);
        AccuracyRow input = report.Rows.Single(row => row.Site.Name == "x");
        Assert.AreEqual(0.75, input.ClippedShare, 0.02);
        Assert.AreEqual(-0.25, input.Representable!.Value.Minimum, 0.01);
        Assert.AreEqual(-1, input.Seen.Minimum, 0.01);
        Assert.AreSame(input, report.Rows[0], "the worst comes first");
        StringAssert.Contains(report.ToTable(), "clipped");
    }

    [TestMethod]
    public void One_scale_for_weights_with_a_large_channel_shows_in_their_signal_to_noise()
    {
        Graph model = SmallNetwork.Everything();
        var builder = new GraphBuilder(model);
        Tensor weight = Tensor.Create<float>(model.Constant("depthwise_weights")!.AsSpan<float>(), model.Constant("depthwise_weights")!.Shape);
        foreach (ref float value in weight.AsSpan<float>()[..9]) { value *= 300; }
        builder.AddConstant("depthwise_weights", weight);
        model = builder.Build();
        Graph quantized = ModelQuantizer.QuantizeStatic(model, [Batch()], new() { QConfigs = QConfigMapping.Empty.SetGlobal(TorchNetworks.MinMaxPerTensor) }).Graph;
        Graph fine = ModelQuantizer.QuantizeStatic(model, [Batch()]).Graph;
        AccuracyRow tensor = AccuracyReport.Explain(model, quantized, [Batch()]).Rows.Single(row => row.Site.Name == "depthwise");
        AccuracyRow channel = AccuracyReport.Explain(model, fine, [Batch()]).Rows.Single(row => row.Site.Name == "depthwise");
        Assert.IsGreaterThan(tensor.WeightSqnr!.Value, channel.WeightSqnr!.Value);
        Assert.IsNotNull(tensor.OwnSqnr);
    }

    [TestMethod]
    public void Outputs_of_the_graph_are_reported_by_name()
    {
        Graph model = SmallNetwork.Everything();
        AccuracyReport report = AccuracyReport.Explain(model, ModelQuantizer.QuantizeStatic(model, [Batch()]).Graph, [Batch()]);
        Assert.IsGreaterThan(15, report.OutputSqnr[model.Outputs[0].Name]);
        StringAssert.Contains(report.ToTable(), "output " + model.Outputs[0].Name);
    }
}
