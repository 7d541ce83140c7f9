namespace Microsoft.ML.Quantization.Tests;

/// <summary>What an estimator promises of its output before fitting is what its transformer gives.</summary>
[TestClass]
public sealed class ShapeSpec
{
    private static readonly QuantizableModel s_model = Networks.Mlp();
    private readonly MLContext _ml = new(seed: 1);

    private void AssertAgreement(IEstimator<ITransformer> estimator)
    {
        var probe = new ShapeProbe();
        estimator.Append(probe).Fit(Sample.View(_ml));
        probe.AssertAgreement();
    }

    [TestMethod]
    public void Observe() => AssertAgreement(_ml.Transforms.QuantizeObserve("Score", "Features", s_model));

    [TestMethod]
    public void Observe_and_convert() => AssertAgreement(_ml.Transforms.QuantizeObserve("Score", "Features", s_model).Append(_ml.Transforms.QuantizeConvertStatic("Score")));

    [TestMethod]
    public void Convert_to_another_name() => AssertAgreement(_ml.Transforms.QuantizeObserve("Float", "Features", s_model).Append(_ml.Transforms.QuantizeConvertStatic("Score", "Float")));

    [TestMethod]
    public void Behind_slot_names() => AssertAgreement(_ml.Transforms.Concatenate("Both", "Pair", "Amount", "Amount")
        .Append(_ml.Transforms.QuantizeObserve("Score", "Both", s_model)).Append(_ml.Transforms.QuantizeConvertStatic("Score")));

    [TestMethod]
    public void One_step() => AssertAgreement(_ml.Transforms.QuantizeStatic("Score", "Features", s_model));

    [TestMethod]
    public void One_step_over_its_input() => AssertAgreement(_ml.Transforms.QuantizeStatic("Features", "Features", s_model));

    [TestMethod]
    public void A_missing_Observe_is_told_before_any_row_is_read()
    {
        var source = new CountingView(Sample.View(_ml));
        var chain = _ml.Transforms.CopyColumns("Score", "Features").Append(_ml.Transforms.QuantizeConvertStatic("Score"));
        StringAssert.Contains(Assert.Throws<InvalidOperationException>(() => chain.Fit(source)).Message, "Put QuantizeObserve(\"Score\", ..) before QuantizeConvertStatic");
        Assert.AreEqual(0, source.Cursors);
        Assert.Throws<InvalidOperationException>(() => _ml.Transforms.QuantizeConvertStatic("Score", "Features").Fit(source));
    }

    [TestMethod]
    [DataRow("Missing", "Could not find input column 'Missing'")]
    [DataRow("Text", "Schema mismatch for input column 'Text': expected Vector<Single, 4>, got String. The network's input is 'x' [rows, 4]. Convert the column with ConvertType")]
    [DataRow("Amount", "Schema mismatch for input column 'Amount': expected Vector<Single, 4>, got Single")]
    public void A_wrong_input_is_told_before_any_row_is_read(string column, string part)
    {
        var source = new CountingView(Sample.View(_ml));
        foreach (IEstimator<ITransformer> estimator in new IEstimator<ITransformer>[] { _ml.Transforms.QuantizeObserve("Score", column, s_model), _ml.Transforms.QuantizeStatic("Score", column, s_model) })
        {
            ArgumentOutOfRangeException refusal = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.CopyColumns("Copy", "Features").Append(estimator).Fit(source));
            StringAssert.Contains(refusal.Message, part);
            Assert.AreEqual("inputSchema", refusal.ParamName);
        }
        Assert.AreEqual(0, source.Cursors);
    }

    [TestMethod]
    public void A_vector_of_the_wrong_size_is_told_from_the_schema()
    {
        var source = new CountingView(Sample.View(_ml));
        StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.QuantizeObserve("Score", "Pair", s_model).Fit(source)).Message, "expected Vector<Single, 4>");
        Assert.AreEqual(0, source.Cursors);
    }
}
