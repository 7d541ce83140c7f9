using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>Networks that are quantized without data: dynamically, and in their weights only.</summary>
[TestClass]
public sealed class DynamicSpec
{
    private static readonly QuantizableModel s_model = Networks.Mlp(4, 16, 3);
    private readonly MLContext _ml = new(seed: 1);
    private readonly Sample[] _samples = Sample.Draw(70);

    private IDataView Source => _ml.Data.LoadFromEnumerable(_samples);

    private static float[][] Scores(IDataView view) => [.. view.GetColumn<float[]>("Score")];

    private QuantizedModelTransformer Dynamic() => _ml.Transforms.QuantizeDynamic("Score", "Features", s_model).Fit(Source);

    private static float WorstDifference(float[][] left, float[][] right) => left.Zip(right).Max(pair => pair.First.Zip(pair.Second).Max(values => MathF.Abs(values.First - values.Second)));

    private float[][] FloatScores => [.. _samples.Select(sample => Networks.Run(s_model.Graph, sample.Features))];

    [TestMethod]
    public void Transform_and_a_prediction_engine_agree_row_by_row_bit_for_bit()
    {
        QuantizedModelTransformer transformer = Dynamic();
        float[][] scores = Scores(transformer.Transform(Source));
        PredictionEngine<Sample, Scored> engine = _ml.Model.CreatePredictionEngine<Sample, Scored>(transformer);
        for (int i = 0; i < scores.Length; i++) { CollectionAssert.AreEqual(scores[i], engine.Predict(_samples[i]).Score); }
    }

    [TestMethod]
    public void A_row_does_not_depend_on_its_neighbours()
    {
        QuantizedModelTransformer transformer = Dynamic();
        float[][] before = Scores(transformer.Transform(Source));
        // A range over the whole batch would leave the other rows a handful of codes.
        _samples[5].Features = [1e4f, -1e4f, 1e4f, -1e4f];
        float[][] after = Scores(transformer.Transform(Source));
        for (int i = 0; i < before.Length; i++)
        {
            if (i != 5) { CollectionAssert.AreEqual(before[i], after[i], $"row {i}"); }
        }
        Assert.IsTrue(after[5].Any(score => MathF.Abs(score) > 100));
    }

    [TestMethod]
    public void A_row_scores_as_ONNX_Runtime_scores_it_alone()
    {
        OnnxRuntimeSession.Require();
        QuantizedModelTransformer transformer = Dynamic();
        using var file = new MemoryStream();
        transformer.Model.SaveOnnx(file);
        using var session = new OnnxRuntimeSession(file.ToArray());
        float[][] expected = [.. _samples.Select(sample => session.Run(Tensor.Create<float>(sample.Features, new Shape(1, 4)))[0].AsSpan<float>().ToArray())];
        float worst = WorstDifference(expected, Scores(transformer.Transform(Source)));
        Assert.IsTrue(worst < 1e-5f, $"largest difference {worst}");
    }

    [TestMethod]
    public void A_weight_only_file_scores_as_ONNX_Runtime_scores_it_without_its_optimizations()
    {
        OnnxRuntimeSession.Require();
        QuantizedModelTransformer transformer = _ml.Transforms.QuantizeWeightOnly("Score", "Features", s_model).Fit(Source);
        using var file = new MemoryStream();
        transformer.Model.SaveOnnx(file);
        using var session = new OnnxRuntimeSession(file.ToArray(), optimize: false);
        float[][] expected = [.. _samples.Select(sample => session.Run(Tensor.Create<float>(sample.Features, new Shape(1, 4)))[0].AsSpan<float>().ToArray())];
        float worst = WorstDifference(expected, Scores(transformer.Transform(Source)));
        Assert.IsTrue(worst < 1e-5f, $"largest difference {worst}");
    }

    [TestMethod]
    public void Scores_are_near_those_of_the_float_network_and_not_equal()
    {
        float dynamic = WorstDifference(FloatScores, Scores(Dynamic().Transform(Source)));
        float weightOnly = WorstDifference(FloatScores, Scores(_ml.Transforms.QuantizeWeightOnly("Score", "Features", s_model).Fit(Source).Transform(Source)));
        Assert.IsTrue(dynamic is > 0 and < 0.1f, $"dynamic {dynamic}");
        Assert.IsTrue(weightOnly is > 0 and < 0.05f, $"weights only {weightOnly}");
    }

    [TestMethod]
    public void Four_bits_and_blocks_make_other_networks_than_eight_bits()
    {
        QuantizableModel model = Networks.Mlp(4, 512, 3);
        QuantizedNetwork Network(WeightOnlyOptions? options) => _ml.Transforms.QuantizeWeightOnly("Score", "Features", model, options).Fit(Source).Model;
        Assert.IsTrue(Network(new() { Bits = 4 }).Bytes < Network(null).Bytes, $"{Network(new() { Bits = 4 }).Bytes} against {Network(null).Bytes} bytes");
    }

    [TestMethod]
    public void Files_come_back_with_the_same_scores()
    {
        foreach (QuantizedModelTransformer before in new[] { Dynamic(), _ml.Transforms.QuantizeWeightOnly("Score", "Features", s_model).Fit(Source), _ml.Transforms.QuantizeWeightOnly("Score", "Features", s_model, new() { Bits = 4 }).Fit(Source) })
        {
            string path = Path.GetTempFileName();
            try
            {
                before.Model.SaveOnnx(path);
                QuantizedModelTransformer after = _ml.Transforms.QuantizedOnnx("Score", "Features", path).Fit(Source);
                CollectionAssert.AreEqual(ViewText.Of(before.Transform(Source), ["Score"]), ViewText.Of(after.Transform(Source), ["Score"]));
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    [TestMethod]
    public void Keys_of_a_table_and_its_codes()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(TokenRow.Draw(40));
        ScoringOptions columns = new() { InputColumnName = "Keys", Outputs = [new("Score", "y")] };
        void AssertReloads(QuantizedModelTransformer transformer, double tolerance)
        {
            Assert.AreEqual(40, Scores(transformer.Transform(view)).Length);
            SavedModel.AssertSame(transformer.Transform(view), SavedModel.Reload(transformer, view.Schema, out _).Transform(view), "Score", tolerance);
        }

        AssertReloads(_ml.Transforms.QuantizeDynamic(Networks.Tokens(), columns).Fit(view), SavedModel.Tolerance);
        AssertReloads(_ml.Transforms.QuantizeWeightOnly(Networks.Tokens(), columns).Fit(view), SavedModel.WeightOnlyTolerance);
    }

    [TestMethod]
    public void A_configuration_that_takes_no_layer_is_told_in_the_log()
    {
        List<string> log = [];
        _ml.Log += (_, message) => { if (message.Kind == ChannelMessageKind.Warning) { log.Add(message.RawMessage); } };
        QuantizedModelTransformer transformer = _ml.Transforms.QuantizeDynamic(s_model, new() { InputColumnName = "Features", OutputColumnName = "Score", MLContext = _ml }, QConfigMapping.Empty).Fit(Source);
        StringAssert.Contains(log.Single(), "Nothing was quantized");
        CollectionAssert.AreEqual(log, transformer.Model.Warnings.ToArray());
    }
}
