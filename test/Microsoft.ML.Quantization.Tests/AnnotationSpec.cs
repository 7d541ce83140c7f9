using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>The calibration travels with the observed column through whatever stands between the two steps.</summary>
[TestClass]
public sealed class AnnotationSpec
{
    private static readonly QuantizableModel s_model = Networks.Mlp();
    private readonly MLContext _ml = new(seed: 1);

    private IDataView Observed => _ml.Transforms.QuantizeObserve("Score", "Features", s_model).Fit(Sample.View(_ml)).Transform(Sample.View(_ml));

    private void AssertConverts(IDataView view, int rows = 90)
    {
        IDataView scored = _ml.Transforms.QuantizeConvertStatic("Int8", "Score").Fit(view).Transform(view);
        Assert.AreEqual(rows, scored.GetColumn<float[]>("Int8").Count(score => score.Length == 3));
    }

    [TestMethod]
    public void Directly() => AssertConverts(Observed);

    [TestMethod]
    public void Through_a_cache() => AssertConverts(_ml.Data.Cache(Observed));

    [TestMethod]
    public void Through_a_filled_cache()
    {
        IDataView cached = _ml.Data.Cache(Observed);
        Assert.AreEqual(90, cached.GetColumn<float[]>("Score").Count());
        AssertConverts(cached);
    }

    [TestMethod]
    public void Through_a_cache_checkpoint_in_the_chain()
    {
        IDataView source = Sample.View(_ml);
        var chain = _ml.Transforms.QuantizeObserve("Score", "Features", s_model).AppendCacheCheckpoint(_ml).Append(_ml.Transforms.QuantizeConvertStatic("Score")).Fit(source);
        Assert.AreEqual(90, chain.Transform(source).GetColumn<float[]>("Score").Count());
    }

    [TestMethod]
    public void Through_Skip_Take_and_Shuffle() => AssertConverts(_ml.Data.ShuffleRows(_ml.Data.TakeRows(_ml.Data.SkipRows(Observed, 1), 9), seed: 3), rows: 9);

    [TestMethod]
    public void Through_SelectColumns()
    {
        IDataView view = Observed;
        AssertConverts(_ml.Transforms.SelectColumns("Features", "Score").Fit(view).Transform(view));
    }

    [TestMethod]
    public void Through_CopyColumns()
    {
        IDataView source = Sample.View(_ml);
        var chain = _ml.Transforms.QuantizeObserve("Score", "Features", s_model)
            .Append(_ml.Transforms.CopyColumns("Copy", "Score"))
            .Append(_ml.Transforms.QuantizeConvertStatic("Final", "Copy")).Fit(source);
        Assert.AreEqual(90, chain.Transform(source).GetColumn<float[]>("Final").Count());
    }

    [TestMethod]
    public void A_preview_shows_it() => Assert.IsNotNull(Observed.Preview(3).Schema["Score"].Annotations.Schema.GetColumnOrNull(CalibratedColumn.AnnotationKind));

    [TestMethod]
    public void Its_type_is_equal_to_its_own_kind_only()
    {
        var network = new RowNetwork(s_model.Graph, RowExecution.From(null, 1, null));
        CalibratedColumnType one = new(network, 0), other = new(network, 0);
        Assert.AreEqual<object>(one, other);
        Assert.AreEqual(one.GetHashCode(), other.GetHashCode());
        Assert.AreNotEqual<object>(one, NumberDataViewType.Single);
    }

    [TestMethod]
    public void A_replaced_input_is_refused()
    {
        var chain = _ml.Transforms.QuantizeObserve("Score", "Features", s_model)
            .Append(_ml.Transforms.CopyColumns("Four", "Features"))
            .Append(_ml.Transforms.Concatenate("Features", "Pair", "Pair"))
            .Append(_ml.Transforms.QuantizeConvertStatic("Score"));
        StringAssert.Contains(Assert.Throws<InvalidOperationException>(() => chain.Fit(Sample.View(_ml))).Message, "Move the step that replaces 'Features' before QuantizeObserve");
    }

    [TestMethod]
    public void A_replaced_observed_column_is_refused()
    {
        var chain = _ml.Transforms.QuantizeObserve("Score", "Features", s_model)
            .Append(_ml.Transforms.Concatenate("Score", "Pair", "Amount"))
            .Append(_ml.Transforms.QuantizeConvertStatic("Score"));
        StringAssert.Contains(Assert.Throws<InvalidOperationException>(() => chain.Fit(Sample.View(_ml))).Message, "nothing between them that replaces 'Score'");
    }

    [TestMethod]
    public void An_input_that_is_gone_is_named_when_fitting()
    {
        IDataView view = Observed;
        IDataView selected = _ml.Transforms.SelectColumns("Score").Fit(view).Transform(view);
        ArgumentOutOfRangeException refusal = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.QuantizeConvertStatic("Score").Fit(selected));
        StringAssert.Contains(refusal.Message, "Could not find input column 'Features'");
        Assert.AreEqual("inputSchema", refusal.ParamName);
    }
}
