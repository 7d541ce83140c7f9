using Microsoft.ML.Quantization.Benchmarks.Peers;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tool.Tests;

/// <summary>What the comparison with ONNX Runtime compares, and that it outlives what it cannot.</summary>
[TestClass]
public sealed class PeersSpec
{
    private readonly StringWriter _said = new();

    [TestMethod]
    public void Without_a_folder_the_reference_models_and_the_generated_ones_are_compared()
    {
        CollectionAssert.AreEqual(
            new[] { "adult_mlp", "bike_tcn", "digits_mlp", "fashion_ae", "fashion_cnn", "sentiment_bag", "sentiment_lstm", "resnet18", "resnet50", "mobilenet_v2" },
            ModelSource.All(null, new(_said)).Select(static model => model.Name).ToArray());
    }

    [TestMethod]
    public void Every_reference_model_takes_both_batches()
    {
        foreach (ModelEntry entry in ModelSource.All(null, new(_said)).Take(7))
        {
            ModelSource model = entry.Load();
            foreach (int batch in new[] { 1, 16 })
            {
                using ExecutionPlan plan = ExecutionPlan.Bind(model.Graph);
                using RunContext context = ModelPeer.Fill(plan, model.Batch(batch));
                context.Run();
                Assert.AreEqual(batch, context.OutputShapes[0][0], entry.Name);
            }
        }
    }

    [TestMethod]
    public void A_model_of_a_fixed_batch_is_left_out_where_it_does_not_fit()
    {
        var log = new PeerLog(_said);
        Graph graph = GraphText.Parse("graph g opset 13\ninput x: float32[4, 3]\nnode r: y = Relu(x)\noutput y");
        var model = new ModelSource("fixed", [], graph, [Tensor.Create<float>(new float[12], new Shape(4, 3))]);
        Assert.AreEqual(0, ModelPeer.Measure(new("fixed", () => model), quick: true, "", log).Count());
        Assert.AreEqual(0, log.Failures);
        Assert.AreEqual("fixed at batch 1 is left out: input 'x' is float32[4, 3].\nfixed at batch 16 is left out: input 'x' is float32[4, 3].\n", _said.ToString().ReplaceLineEndings("\n"));
    }

    [TestMethod]
    public void A_model_that_cannot_be_read_fails_alone()
    {
        var log = new PeerLog(_said);
        Assert.AreEqual(0, ModelPeer.Measure(new("broken", static () => throw new QuantizationException("it is no model")), quick: true, "", log).Count());
        Assert.AreEqual(1, log.Failures);
        Assert.AreEqual("broken failed: it is no model", _said.ToString().Trim());
    }

    [TestMethod]
    public void A_folder_says_which_models_have_no_rows()
    {
        string folder = Directory.CreateTempSubdirectory("mlq-peers-spec-").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "lonely.onnx"), []);
            Assert.AreEqual(0, ModelSource.All(folder, new(_said)).Count());
            Assert.AreEqual("lonely.onnx is left out: there is no lonely.calib.npz beside it.", _said.ToString().Trim());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
