using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Graphs.Diagnostics;
using Microsoft.ML.Quantization.Graphs.Tests;
using Microsoft.ML.Quantization.Tests.Golden;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Diagnostics;

[TestClass]
public sealed class BiasCorrectionSpec
{
    private static readonly ImmutableArray<Tensor>[] s_data = [[SmallNetwork.Random(new Random(4), new Shape(32, 3, 8, 8))], [SmallNetwork.Random(new Random(5), new Shape(32, 3, 8, 8))]];

    // Four-bit weights make errors that show.
    private static (Graph Model, Graph Quantized) Coarse()
    {
        Graph model = SmallNetwork.Everything();
        QConfig config = new(TorchNetworks.MinMaxPerTensor.Activation, TorchNetworks.MinMaxPerTensor.Weight! with { QuantMin = -8, QuantMax = 7 });
        return (model, ModelQuantizer.QuantizeStatic(model, s_data, new() { QConfigs = QConfigMapping.Empty.SetGlobal(config) }).Graph);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void The_mean_error_of_every_layer_is_gone(bool sequential)
    {
        (Graph model, Graph quantized) = Coarse();
        CorrectedBiases corrected = BiasCorrection.Run(model, quantized, s_data, sequential);
        CollectionAssert.AreEqual(new[] { "conv1", "conv2", "depthwise", "wide", "scores" }, corrected.Changes.Select(change => change.Node).ToArray());
        Assert.IsTrue(corrected.Notes.All(note => note.Applied));
        Assert.IsLessThan(MeanError(model, quantized, "scores") / 3, MeanError(model, corrected.Graph, "scores"));
    }

    [TestMethod]
    public void A_layer_in_float_is_left_alone_with_a_reason()
    {
        Graph model = SmallNetwork.Everything();
        Graph quantized = ModelQuantizer.QuantizeStatic(model, s_data, new() { QConfigs = QConfigMapping.Default.SetModuleName("scores", null) }).Graph;
        CorrectedBiases corrected = BiasCorrection.Run(model, quantized, s_data);
        Assert.AreEqual("the bias of Gemm 'scores' is not a constant of a quantized layer", corrected.Notes.Single(note => !note.Applied).Text);
    }

    [TestMethod]
    public void Without_data_there_is_nothing_to_correct_by()
    {
        (Graph model, Graph quantized) = Coarse();
        Refusal.Of(() => BiasCorrection.Run(model, quantized, []), "There is no batch");
    }

    // Of the shadows: what the layer adds by itself.
    private static double MeanError(Graph model, Graph quantized, string node)
    {
        var logger = new OutputLogger();
        NumericSuite.CompareModelStub(model, quantized, s_data, logger);
        int channels = logger.Entries[node][0].Float.Shape[1];
        double[] errors = new double[channels];
        foreach (LoggedPair pair in logger.Entries[node])
        {
            for (int i = 0; i < pair.Float.Length; i++) { errors[i % channels] += pair.Quantized.AsSpan<float>()[i] - pair.Float.AsSpan<float>()[i]; }
        }
        return errors.Sum(Math.Abs);
    }
}
