using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Graphs.Diagnostics;
using Microsoft.ML.Quantization.Graphs.Tests;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Diagnostics;

[TestClass]
public sealed class NumericSuiteSpec
{
    private static ImmutableArray<Tensor> Batch(int seed, int rows = 4, float magnitude = 1f) => [SmallNetwork.Random(new Random(seed), new Shape(rows, 3, 8, 8), magnitude)];

    private static (Graph Model, Graph Quantized) Models()
    {
        Graph model = SmallNetwork.Everything();
        return (model, ModelQuantizer.QuantizeStatic(model, [Batch(1), Batch(2)]).Graph);
    }

    [TestMethod]
    public void A_graph_compared_with_itself_is_without_error()
    {
        Graph model = SmallNetwork.Everything();
        Comparison same = NumericSuite.CompareModelOutputs(model, FusionPipeline.Run(model).Graph, [Batch(3)]);
        Assert.IsTrue(same.Rows.All(row => double.IsPositiveInfinity(row.Similarity.Sqnr) && row.Similarity.NormalizedL2 == 0));
        Assert.IsEmpty(NumericSuite.CompareWeights(model, FusionPipeline.Run(model).Graph).Rows);
    }

    [TestMethod]
    public void Every_quantized_node_is_compared_and_a_shadow_leaves_out_the_errors_before_it()
    {
        (Graph model, Graph quantized) = Models();
        Comparison outputs = NumericSuite.CompareModelOutputs(model, quantized, [Batch(3)]), shadows = NumericSuite.CompareModelStub(model, quantized, [Batch(3)]);
        foreach (string name in new[] { "x", "conv1", "conv2", "sum", "pool", "depthwise", "joined", "wide", "gate", "mean", "flat", "scores" }) { Assert.IsGreaterThan(10, outputs[name].Similarity.Sqnr, name); }
        foreach (string name in new[] { "conv2", "depthwise", "wide", "scores" }) { Assert.IsGreaterThan(outputs[name].Similarity.Sqnr - 1, shadows[name].Similarity.Sqnr, name); }
        CollectionAssert.AreEquivalent(new[] { "conv1", "conv2", "depthwise", "wide", "scores" }, NumericSuite.CompareWeights(model, quantized).Rows.Select(row => row.Site.Name).ToArray());
    }

    [TestMethod]
    public void Nodes_are_paired_and_their_weights_read_from_floats_and_from_codes()
    {
        (Graph model, Graph quantized) = Models();
        ImmutableArray<MatchedNodes> pairs = NumericSuite.MatchingNodes(model, quantized);
        CollectionAssert.IsSubsetOf(new[] { "conv1", "depthwise", "scores" }, pairs.Select(pair => pair.Model.Name).ToArray());
        MatchedNodes layer = pairs.Single(pair => pair.Model.Name == "conv1");
        Tensor reals = NumericSuite.ExtractWeight(FusionPipeline.Run(model).Graph, layer.Model)!, codes = NumericSuite.ExtractWeight(quantized, layer.Quantized)!;
        Assert.AreEqual(NumericSuite.CompareWeights(model, quantized)["conv1"].Similarity, Similarity.Of(reals.AsSpan<float>(), codes.AsSpan<float>()));
        Assert.IsNull(NumericSuite.ExtractWeight(quantized, quantized.Node("pool")));
    }

    [TestMethod]
    public void A_clamp_that_a_quantizer_keeps_apart_is_compared_with_the_fused_one()
    {
        Graph model = new Passes.Sketch(2, 3, 8, 8).Random("w", 4, 3, 3, 3).Random("b", 4).Random("v", 4, 4, 1, 1).Constant("low", Tensor.Scalar(-0.1f)).Constant("high", Tensor.Scalar(0.1f))
            .Node("conv", "Conv", "x w b").Node("clip", "Clip", "conv low high").Node("last", "Conv", "clip v").Node("y", "Clip", "last low high").Outputs("y");
        Graph quantized = ModelQuantizer.QuantizePt2e(model, new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig()), [Passes.Sketch.Inputs(model)]).Graph;
        Assert.IsTrue(quantized.Nodes.Any(node => node.Name == "clip"));
        Comparison outputs = NumericSuite.CompareModelOutputs(model, quantized, [Passes.Sketch.Inputs(model)]), shadows = NumericSuite.CompareModelStub(model, quantized, [Passes.Sketch.Inputs(model)]);
        foreach (string name in new[] { "conv", "last" })
        {
            Assert.IsGreaterThan(14, outputs[name].Similarity.Sqnr, name);
            Assert.IsGreaterThan(14, shadows[name].Similarity.Sqnr, name);
        }
        CorrectedBiases corrected = BiasCorrection.Run(model, quantized, [Passes.Sketch.Inputs(model)]);
        Assert.AreEqual("conv", corrected.Changes.Single().Node, "its bias stayed float, and is corrected there");
        Assert.AreEqual(ElementType.Float32, corrected.Graph.Constant(corrected.Graph.Node("conv").Inputs[2])!.Type);
    }

    [TestMethod]
    public void Logging_changes_no_result_and_no_integer_call()
    {
        (Graph model, Graph quantized) = Models();
        Graph fused = FusionPipeline.Run(model).Graph;
        var logged = new LoggedGraph(quantized);
        foreach (MatchedValue match in MatchedValue.Find(fused, quantized))
        {
            logged.Show(match);
            logged.ShowShadow(match, fused);
        }
        using ExecutionPlan before = ExecutionPlan.Bind(quantized), after = ExecutionPlan.Bind(logged.Build(OperatorList.BuiltIn));
        CollectionAssert.AreEqual(IntegerCalls(before), IntegerCalls(after));
        CollectionAssert.AreEqual(before.Run(Batch(3))[0].Bytes.ToArray(), after.Run(Batch(3))[0].Bytes.ToArray());

        static string[] IntegerCalls(ExecutionPlan plan) => [.. plan.Notes.Where(note => note.Applied).Select(note => note.Node)];
    }

    [TestMethod]
    public void Sums_over_batches_are_those_of_one_batch()
    {
        (Graph model, Graph quantized) = Models();
        ImmutableArray<Tensor> all = Batch(3);
        ImmutableArray<Tensor>[] halves = [[SmallNetwork.Rows(all[0], 0, 2)], [SmallNetwork.Rows(all[0], 2, 4)]];
        Comparison whole = NumericSuite.CompareModelOutputs(model, quantized, [all]), parts = NumericSuite.CompareModelOutputs(model, quantized, halves);
        foreach (ComparedValue row in whole.Rows) { Assert.AreEqual(row.Similarity.Sqnr, parts[row.Site.Name].Similarity.Sqnr, 1e-5, row.Site.Name); }
    }

    [TestMethod]
    public void Loggers_keep_tensors_all_rows_or_the_first()
    {
        (Graph model, Graph quantized) = Models();
        OutputLogger every = new();
        ShadowLogger first = new();
        NumericSuite.CompareModelOutputs(model, quantized, [Batch(3), Batch(4)], every);
        NumericSuite.CompareModelOutputs(model, quantized, [Batch(3)], first);
        Assert.HasCount(2, every.Entries["scores"]);
        Assert.AreEqual(new Shape(4, 5), every.Entries["scores"][0].Float.Shape);
        Assert.AreEqual(new Shape(5), first.Entries["scores"][0].Quantized.Shape);
    }

    [TestMethod]
    public void The_table_and_the_ranking_name_every_site()
    {
        (Graph model, Graph quantized) = Models();
        Comparison outputs = NumericSuite.CompareModelOutputs(model, quantized, [Batch(3)]);
        StringAssert.Contains(outputs.ToTable(), "SQNR dB");
        foreach (ComparedValue row in outputs.Rows) { StringAssert.Contains(outputs.ToTable(), row.Site.Name); }
        CollectionAssert.AreEqual(outputs.Rows.Select(row => row.Similarity.Sqnr).Order().ToArray(), outputs.Ranked().Select(row => row.Similarity.Sqnr).ToArray());
    }

    [TestMethod]
    public void Decibels_are_those_of_double_precision()
    {
        var random = new Random(5);
        for (int i = 0; i < 10_000; i++)
        {
            double signal = Math.Exp(200 * random.NextDouble() - 100), noise = Math.Exp(200 * random.NextDouble() - 100);
            Assert.AreEqual(10 * Math.Log10(signal / noise), Decibel.Ratio(signal, noise), 1e-5);
        }
        Assert.AreEqual(double.NegativeInfinity, Decibel.Ratio(0, 1));
        Assert.IsTrue(double.IsNaN(Decibel.Ratio(double.NaN, 1)));
    }

    [TestMethod]
    public void Refusals_say_what_to_do()
    {
        (Graph model, Graph quantized) = Models();
        Refusal.Of(() => NumericSuite.CompareModelOutputs(model, quantized, []), "There is no batch", "expected at least one");
        Refusal.Of(() => NumericSuite.CompareWeights(model, new Passes.Sketch(1, 2).Node("other", "Relu", "x").Outputs("other")), "no node of the same name", "expected a float graph and the graph made from it");
        Refusal.Of(() => _ = NumericSuite.CompareModelOutputs(model, quantized, [Batch(3)])["nothing"], "'nothing' was not compared", "scores");
        Refusal.Of(() => Similarity.Of([1f], [1f, 2f]), "Found 1 reference values and 2", "Compare tensors of one shape");
    }
}
