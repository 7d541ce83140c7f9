using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests;

[TestClass]
public sealed class QuantizedNetworkSpec
{
    private readonly MLContext _ml = new(seed: 1);

    private QuantizedModelTransformer Fitted() => _ml.Transforms.QuantizeStatic("Score", "Features", Networks.Mlp()).Fit(Sample.View(_ml));

    [TestMethod]
    public void Its_file_gives_the_same_scores()
    {
        QuantizedNetwork network = Fitted().Model;
        using var stream = new MemoryStream();
        network.SaveOnnx(stream);
        Assert.AreEqual(network.Bytes, stream.Length);
        Graph loaded = OnnxImporter.Load(new MemoryStream(stream.ToArray()));
        foreach (Sample sample in Sample.Draw(20)) { CollectionAssert.AreEqual(Networks.Run(network.Graph, sample.Features), Networks.Run(loaded, sample.Features)); }
    }

    [TestMethod]
    public void It_says_what_runs_in_integers_and_how_it_came_about()
    {
        QuantizedNetwork network = Fitted().Model;
        Assert.IsTrue(network.Execution.Any(note => note.Applied), network.Report);
        Assert.IsTrue(network.Notes.Length > 0);
        StringAssert.Contains(network.Report, network.Execution[0].ToString());
        Assert.AreEqual(("x", "y"), (network.Inputs.Single().Name, network.Outputs.Single().Name));
    }

    [TestMethod]
    public void Observe_is_saved_as_a_step_that_does_nothing()
    {
        IDataView source = Sample.View(_ml);
        using var stream = new MemoryStream();
        _ml.Model.Save(_ml.Transforms.QuantizeObserve("Score", "Features", Networks.Mlp()).Fit(source), source.Schema, stream);
        stream.Position = 0;
        IDataView transformed = _ml.Model.Load(stream, out _).Transform(source);
        Assert.IsNull(transformed.Schema.GetColumnOrNull("Score"));
        Assert.IsNotNull(transformed.Schema.GetColumnOrNull("Features"));
    }

    [TestMethod]
    public void A_quantized_network_is_not_quantized_again()
    {
        using var stream = new MemoryStream();
        Fitted().Model.SaveOnnx(stream);
        stream.Position = 0;
        Refusal.Of(() => QuantizableModel.LoadOnnx(stream), "is quantized already", "Expected a float network");
    }

    [TestMethod]
    public void A_float_network_describes_itself() =>
        Assert.AreEqual("mlp (x: float32[rows, 4]) → (y: float32[rows, 3])", Networks.Mlp().ToString());

    [TestMethod]
    public void A_missing_file_is_told() => Refusal.Of(() => QuantizableModel.LoadOnnx("no such model.onnx"), "no such model.onnx");
}
