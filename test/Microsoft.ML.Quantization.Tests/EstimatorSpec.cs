using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>Every estimator passes the check that ML.NET's own tests make of theirs.</summary>
[TestClass]
public sealed class EstimatorSpec
{
    private static readonly QuantizableModel s_model = Networks.Mlp();
    private readonly MLContext _ml = new(seed: 1);

    private IDataView Valid => _ml.Data.Cache(Sample.View(_ml));

    private IDataView[] Invalid => [_ml.Data.LoadFromEnumerable(new[] { new NoFeatures() }), _ml.Data.LoadFromEnumerable(new[] { new TextFeatures() }),
        _ml.Data.LoadFromEnumerable(new[] { new ThreeFeatures() }), _ml.Data.LoadFromEnumerable(new[] { new AnyFeatures() }), _ml.Data.LoadFromEnumerable(new[] { new KeyFeatures() })];

    private void Check(IEstimator<ITransformer> estimator, bool isKept = true, double tolerance = SavedModel.Tolerance) => EstimatorCheck.Run(estimator, Valid, ["Score"], Invalid, isKept, tolerance);

    [TestMethod]
    public void QuantizeObserve() => Check(_ml.Transforms.QuantizeObserve("Score", "Features", s_model), isKept: false);

    [TestMethod]
    public void QuantizeAware() => Check(_ml.Transforms.QuantizeAware("Score", "Features", s_model), isKept: false);

    [TestMethod]
    public void QuantizeStatic() => Check(_ml.Transforms.QuantizeStatic("Score", "Features", s_model));

    [TestMethod]
    public void QuantizeStatic_row_by_row() => Check(_ml.Transforms.QuantizeStatic(s_model, new() { InputColumnName = "Features", OutputColumnName = "Score", BatchSize = 1 }));

    [TestMethod]
    public void QuantizeConvertStatic_behind_Observe()
    {
        IDataView valid = Valid, observed = _ml.Transforms.QuantizeObserve("Float", "Features", s_model).Fit(valid).Transform(valid);
        EstimatorCheck.Run(_ml.Transforms.QuantizeConvertStatic("Score", "Float"), observed, ["Score"], [_ml.Data.LoadFromEnumerable(new[] { new NoFeatures() })]);
    }

    [TestMethod]
    public void QuantizeConvertStatic_behind_Aware()
    {
        IDataView valid = Valid, simulated = _ml.Transforms.QuantizeAware("Float", "Features", s_model).Fit(valid).Transform(valid);
        EstimatorCheck.Run(_ml.Transforms.QuantizeConvertStatic("Score", "Float"), simulated, ["Score"], [_ml.Data.LoadFromEnumerable(new[] { new NoFeatures() })]);
    }

    [TestMethod]
    public void QuantizeDynamic() => Check(_ml.Transforms.QuantizeDynamic("Score", "Features", s_model));

    [TestMethod]
    public void QuantizeWeightOnly() => Check(_ml.Transforms.QuantizeWeightOnly("Score", "Features", s_model), tolerance: SavedModel.WeightOnlyTolerance);

    [TestMethod]
    public void QuantizeWeightOnly_in_4_bits() => Check(_ml.Transforms.QuantizeWeightOnly("Score", "Features", s_model, new() { Bits = 4 }));

    [TestMethod]
    public void QuantizedOnnx()
    {
        string path = Path.GetTempFileName();
        try
        {
            _ml.Transforms.QuantizeStatic("Score", "Features", s_model).Fit(Valid).Model.SaveOnnx(path);
            Check(_ml.Transforms.QuantizedOnnx("Score", "Features", path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void Several_inputs_and_outputs_keys_and_integers()
    {
        IDataView valid = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(TokenRow.Draw(50))), invalid = _ml.Data.LoadFromEnumerable(new[] { new Sample() });
        foreach (string column in new[] { "Longs", "Ints", "Keys", "SmallKeys" })
        {
            EstimatorCheck.Run(_ml.Transforms.QuantizeStatic(Networks.Tokens(), new() { InputColumnName = column, Outputs = [new("Score", "y"), new("Same", "same")] }), valid, ["Score", "Same"], [invalid]);
        }
    }

    private sealed class NoFeatures
    {
        public float Other { get; set; }
    }

    private sealed class TextFeatures
    {
        public string Features { get; set; } = "";
    }

    private sealed class ThreeFeatures
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [1, 2, 3];
    }

    private sealed class AnyFeatures
    {
        public float[] Features { get; set; } = [1, 2, 3, 4];
    }

    private sealed class KeyFeatures
    {
        [VectorType(4), KeyType(9)]
        public uint[] Features { get; set; } = [1, 2, 3, 4];
    }

    [TestMethod]
    public void A_network_too_small_to_gain_stays_float_where_speed_is_preferred_and_its_report_says_so()
    {
        var ml = new MLContext(seed: 1);
        IDataView observed = ml.Transforms.QuantizeObserve("Score", "Features", Networks.Mlp()).Fit(Sample.View(ml)).Transform(Sample.View(ml));
        QuantizedNetwork fast = ml.Transforms.QuantizeConvertStatic("Int8", "Score", new ConvertOptions { PreferSpeed = true }).Fit(observed).Model;
        QuantizedNetwork plain = ml.Transforms.QuantizeConvertStatic("Int8", "Score").Fit(observed).Model;
        StringAssert.Contains(fast.Report, "PreferSpeed applied at");
        StringAssert.Contains(fast.Report, "stays float");
        Assert.IsFalse(plain.Report.Contains("PreferSpeed", StringComparison.Ordinal));
    }
}
