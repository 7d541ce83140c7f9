using System.Collections.Immutable;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class NormalizeSpec
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Row
    {
        [VectorType(3)]
        public float[] V { get; set; } = [];

        public double D { get; set; }

        public float S { get; set; }
    }

    private sealed class SparseRow
    {
        [VectorType(4)]
        public VBuffer<float> V { get; set; }
    }

    private IDataView Data => _ml.Data.LoadFromEnumerable(new[]
    {
        new Row { V = [1, -4, 5], D = 1, S = 2 }, new Row { V = [2, 2, 5], D = 3, S = -8 }, new Row { V = [4, 0, 5], D = 5, S = float.NaN },
    });

    private float[][] Vectors(IEstimator<ITransformer> estimator) => [.. estimator.Fit(Data).Transform(Data).GetColumn<float[]>("Out")];

    [TestMethod]
    public void Min_and_max_scale_by_the_larger_side_and_keep_zero()
    {
        float[][] scaled = Vectors(_ml.Transforms.NormalizeMinMax("Out", "V"));

        CollectionAssert.AreEqual(new[] { 0.25f, -1f, 0f }, scaled[0], "a slot of one value becomes 0");
        CollectionAssert.AreEqual(new[] { 1f, 0f, 0f }, scaled[2]);
    }

    [TestMethod]
    public void Without_fixed_zero_the_range_becomes_0_to_1()
    {
        float[][] scaled = Vectors(_ml.Transforms.NormalizeMinMax("Out", "V", fixZero: false));

        Assert.AreEqual(0f, scaled[0][0]);
        Assert.AreEqual(1f / 3, scaled[1][0], 1e-6f);
        Assert.AreEqual(4f / 6, scaled[2][1], 1e-6f);
    }

    [TestMethod]
    public void Scalars_and_doubles_are_normalized_too_and_missing_values_do_not_count()
    {
        NormalizingTransformer fitted = _ml.Transforms.NormalizeMinMax([new InputOutputColumnPair("D"), new InputOutputColumnPair("T", "S")]).Fit(Data);
        IDataView scaled = fitted.Transform(Data);

        CollectionAssert.AreEqual(new[] { 0.2, 3 * (1.0 / 5), 1 }, scaled.GetColumn<double>("D").ToArray());
        Assert.AreEqual(-1f, scaled.GetColumn<float>("T").ElementAt(1));
        Assert.IsTrue(scaled.Schema["T"].IsNormalized());
        var parameters = (NormalizingTransformer.AffineNormalizerModelParameters<float>)fitted.GetNormalizerModelParameters(1);
        Assert.AreEqual(1f / 8, parameters.Scale);
        Assert.AreEqual(0f, parameters.Offset);
    }

    [TestMethod]
    public void Mean_and_variance_give_mean_0_and_deviation_1()
    {
        double mean = 7.0 / 3, deviation = Math.Sqrt((1 + 4 + 16) / 3.0 - (mean * mean));
        float[][] scaled = Vectors(_ml.Transforms.NormalizeMeanVariance("Out", "V", fixZero: false));
        Assert.AreEqual((1 - mean) / deviation, scaled[0][0], 1e-5);
        Assert.AreEqual(0f, scaled[0][2]);

        float[][] fixedZero = Vectors(_ml.Transforms.NormalizeMeanVariance("Out", "V"));
        Assert.AreEqual(1 / Math.Sqrt(21 / 3.0), fixedZero[0][0], 1e-5, "the root of the mean square");
    }

    [TestMethod]
    public void The_distribution_gives_places_between_0_and_1()
    {
        float[][] scaled = Vectors(_ml.Transforms.NormalizeMeanVariance("Out", "V", useCdf: true));
        Assert.IsTrue(scaled[0][0] is > 0.1f and < 0.2f, $"{scaled[0][0]}");
        Assert.IsTrue(scaled[2][0] is > 0.88f and < 0.95f, $"{scaled[2][0]}");
        Assert.AreEqual(0f, scaled[0][2]);
    }

    [TestMethod]
    public void Sparse_vectors_stay_sparse_and_their_zeros_count()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(new[]
        {
            new SparseRow { V = new VBuffer<float>(4, 1, [4f], [2]) }, new SparseRow { V = new VBuffer<float>(4, 1, [2f], [2]) }, new SparseRow { V = new VBuffer<float>(4, 1, [-1f], [0]) },
        });
        VBuffer<float> scaled = _ml.Transforms.NormalizeMinMax("V").Fit(data).Transform(data).GetColumn<VBuffer<float>>("V").ElementAt(1);
        Assert.IsFalse(scaled.IsDense);
        Assert.AreEqual(0.5f, scaled.GetItemOrDefault(2));

        NormalizingTransformer fitted = _ml.Transforms.NormalizeMinMax("V", fixZero: false).Fit(data);
        CollectionAssert.AreEqual(new[] { 1f, 0f, 0.5f, 0f }, fitted.Transform(data).GetColumn<float[]>("V").ElementAt(1));
        var parameters = (NormalizingTransformer.AffineNormalizerModelParameters<ImmutableArray<float>>)fitted.GetNormalizerModelParameters(0);
        Assert.AreEqual(-1f, parameters.Offset[0]);
    }

    [TestMethod]
    public void A_saved_normalizer_gives_the_same_values()
    {
        foreach (IEstimator<ITransformer> estimator in new IEstimator<ITransformer>[]
        {
            _ml.Transforms.NormalizeMinMax("Out", "V"), _ml.Transforms.NormalizeMinMax("Out", "D", fixZero: false), _ml.Transforms.NormalizeMeanVariance("Out", "V", useCdf: true),
        })
        {
            ITransformer fitted = estimator.Fit(Data);
            using var stream = new MemoryStream();
            _ml.Model.Save(fitted, Data.Schema, stream);
            stream.Position = 0;
            IDataView expected = fitted.Transform(Data), actual = _ml.Model.Load(stream, out _).Transform(Data);
            if (expected.Schema["Out"].Type is VectorDataViewType) { CollectionAssert.AreEqual(expected.GetColumn<float[]>("Out").Last(), actual.GetColumn<float[]>("Out").Last()); }
            else { CollectionAssert.AreEqual(expected.GetColumn<double>("Out").ToArray(), actual.GetColumn<double>("Out").ToArray()); }
        }
    }

    [TestMethod]
    public void What_is_no_number_is_refused()
    {
        IDataView text = _ml.Data.LoadFromEnumerable(new[] { new { T = "a" } });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.NormalizeMinMax("T").GetOutputSchema(ShapeOf(text)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EstimatorChain<ITransformer>().Append(_ml.Transforms.NormalizeMinMax("None")).Fit(text));
    }

    // ML.NET gives the shape of a schema only to estimators in a chain.
    private static SchemaShape ShapeOf(IDataView data)
    {
        var probe = new Probe();
        new EstimatorChain<ITransformer>().Append(probe).Fit(data);
        return probe.Shape!;
    }

    private sealed class Probe : IEstimator<TransformerChain<ITransformer>>
    {
        public SchemaShape? Shape { get; private set; }

        public TransformerChain<ITransformer> Fit(IDataView input) => new();

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Shape = inputSchema;
    }
}
