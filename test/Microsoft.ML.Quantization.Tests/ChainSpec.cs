using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

[TestClass]
public sealed class ChainSpec
{
    private static readonly QuantizableModel s_model = Networks.Mlp();
    private readonly MLContext _ml = new(seed: 1);
    private readonly Sample[] _samples = Sample.Draw(90);

    private IDataView Source => _ml.Data.LoadFromEnumerable(_samples);

    private TransformerChain<QuantizedModelTransformer> Pair(IDataView source) =>
        _ml.Transforms.QuantizeObserve("Score", "Features", s_model).Append(_ml.Transforms.QuantizeConvertStatic("Score")).Fit(source);

    [TestMethod]
    public void Observing_reads_the_view_once_and_sees_every_row()
    {
        var source = new CountingView(Source);
        ObserveTransformer observed = _ml.Transforms.QuantizeObserve("Score", "Features", s_model).Fit(source);
        Assert.AreEqual((1, 90, 1), (source.Cursors, source.RowsRead, source.ColumnsRead));
        Assert.AreEqual(90, observed.Calibration.Rows);
    }

    [TestMethod]
    public void The_observed_column_holds_the_float_scores_bit_for_bit()
    {
        float[][] scores = [.. _ml.Transforms.QuantizeObserve("Score", "Features", s_model).Fit(Source).Transform(Source).GetColumn<float[]>("Score")];
        for (int i = 0; i < scores.Length; i++) { CollectionAssert.AreEqual(Networks.Run(s_model.Graph, _samples[i].Features), scores[i]); }
    }

    [TestMethod]
    public void The_converted_column_holds_the_int8_scores_bit_for_bit()
    {
        TransformerChain<QuantizedModelTransformer> chain = Pair(Source);
        float[][] scores = [.. chain.Transform(Source).GetColumn<float[]>("Score")];
        for (int i = 0; i < scores.Length; i++) { CollectionAssert.AreEqual(Networks.Run(chain.LastTransformer.Model.Graph, _samples[i].Features), scores[i]); }
    }

    [TestMethod]
    public void Int8_scores_are_near_the_float_scores_and_not_equal()
    {
        float[][] scores = [.. Pair(Source).Transform(Source).GetColumn<float[]>("Score")];
        float worst = scores.Select((score, i) => score.Zip(Networks.Run(s_model.Graph, _samples[i].Features), (a, b) => MathF.Abs(a - b)).Max()).Max();
        Assert.IsTrue(worst is > 0 and < 0.15f, $"largest difference {worst}");
    }

    [TestMethod]
    public void Converting_reads_no_row()
    {
        var source = new CountingView(Source);
        IDataView observed = _ml.Transforms.QuantizeObserve("Score", "Features", s_model).Fit(source).Transform(source);
        _ml.Transforms.QuantizeConvertStatic("Score").Fit(observed);
        Assert.AreEqual(1, source.Cursors);
    }

    [TestMethod]
    public void One_step_gives_what_the_pair_gives()
    {
        QuantizedModelTransformer single = _ml.Transforms.QuantizeStatic("Score", "Features", s_model).Fit(Source);
        TransformerChain<QuantizedModelTransformer> pair = Pair(Source);
        CollectionAssert.AreEqual(ViewText.Of(pair.Transform(Source), ["Features", "Score"]).Select(line => line[(line.LastIndexOf("3d:", StringComparison.Ordinal))..]).ToArray(),
            ViewText.Of(single.Transform(Source), ["Score"]).Select(line => line[(line.LastIndexOf("3d:", StringComparison.Ordinal))..]).ToArray());
        Assert.AreEqual(pair.LastTransformer.Model.Bytes, single.Model.Bytes);
    }

    [TestMethod]
    public void The_float_scores_are_hidden_and_the_float_network_never_runs()
    {
        TransformerChain<QuantizedModelTransformer> chain = Pair(Source);
        IDataView scored = chain.Transform(Source);
        CollectionAssert.AreEqual(new[] { true, false }, scored.Schema.Where(column => column.Name == "Score").Select(column => column.IsHidden).ToArray());

        _ = scored.GetColumn<float[]>("Score").Count();
        _ = _ml.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false).Count();
        _ = _ml.Model.CreatePredictionEngine<Sample, Scored>(chain).Predict(_samples[0]);
        var observed = (ObserveTransformer)chain.First();
        Assert.IsFalse(observed.Network.IsBound);

        scored.Preview(5);
        Assert.IsTrue(observed.Network.IsBound, "Preview reads hidden columns");
    }

    [TestMethod]
    public void A_prediction_engine_gives_the_scores_of_the_view()
    {
        TransformerChain<QuantizedModelTransformer> chain = Pair(Source);
        float[][] scores = [.. chain.Transform(Source).GetColumn<float[]>("Score")];
        var engine = _ml.Model.CreatePredictionEngine<Sample, Scored>(chain);
        for (int i = 0; i < scores.Length; i++) { CollectionAssert.AreEqual(scores[i], engine.Predict(_samples[i]).Score); }
    }

    [TestMethod]
    public void A_disposed_prediction_engine_leaves_the_transformer_usable()
    {
        QuantizedModelTransformer transformer = _ml.Transforms.QuantizeStatic("Score", "Features", s_model).Fit(Source);
        float[] first;
        using (var engine = _ml.Model.CreatePredictionEngine<Sample, Scored>(transformer)) { first = engine.Predict(_samples[0]).Score; }
        CollectionAssert.AreEqual(first, transformer.Transform(Source).GetColumn<float[]>("Score").First());
    }

    [TestMethod]
    public void One_step_may_replace_its_input()
    {
        IDataView scored = _ml.Transforms.QuantizeStatic("Features", "Features", s_model).Fit(Source).Transform(Source);
        Assert.AreEqual(3, scored.GetColumn<float[]>("Features").First().Length);
    }

    [TestMethod]
    public void Engines_threads_and_batch_sizes_give_the_same_bits()
    {
        string[] Scores(string? engine, int threads, int batch) => ViewText.Of(_ml.Transforms.QuantizeStatic(s_model, new()
        {
            InputColumnName = "Features",
            OutputColumnName = "Score",
            Engine = engine,
            Threads = threads,
            BatchSize = batch,
        }).Fit(Source).Transform(Source), ["Score"]);

        string[] expected = Scores(null, 1, 32);
        CollectionAssert.AreEqual(expected, Scores("Reference", 1, 32));
        CollectionAssert.AreEqual(expected, Scores(null, 2, 7));
    }
}
