using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Onnx;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class OnnxSpec
{
    private readonly MLContext _ml = new(seed: 1);

    private static readonly byte[] s_add = TinyModel.Create(
        [new("Add", ["a", "b"], "sum"), new("Neg", ["a"], "minus")],
        [new("a", TinyModel.Float, 0, 3), new("b", TinyModel.Float, 0, 3)],
        [new("sum", TinyModel.Float, 0, 3), new("minus", TinyModel.Float, 0, 3)]);

    private sealed class Row
    {
        [VectorType(3), ColumnName("a")]
        public float[] A { get; set; } = [];

        [VectorType(3), ColumnName("b")]
        public float[] B { get; set; } = [];
    }

    private sealed class Result
    {
        [ColumnName("sum")]
        public float[] Sum { get; set; } = [];
    }

    private sealed class Mixed
    {
        [VectorType(2), ColumnName("long")]
        public long[] Long { get; set; } = [];

        [VectorType(2), ColumnName("int")]
        public int[] Int { get; set; } = [];

        [VectorType(2), ColumnName("byte")]
        public byte[] Byte { get; set; } = [];

        [VectorType(2), ColumnName("sbyte")]
        public sbyte[] SByte { get; set; } = [];

        [VectorType(2), ColumnName("bool")]
        public bool[] Bool { get; set; } = [];

        [VectorType(2), ColumnName("text")]
        public string[] Text { get; set; } = [];
    }

    private sealed class Scalar
    {
        [ColumnName("x")]
        public float X { get; set; }
    }

    private sealed class Variable
    {
        [ColumnName("x")]
        public float[] X { get; set; } = [];
    }

    /// <summary>Ends the calling test as inconclusive, with the reason, where ONNX Runtime is absent.</summary>
    private OnnxScoringEstimator Apply(byte[] model, string[]? outputs = null, string[]? inputs = null)
    {
        try
        {
            return _ml.Transforms.ApplyOnnxModel(outputs ?? [], inputs ?? [], new MemoryStream(model));
        }
        catch (Exception error) when (error.GetBaseException() is TypeLoadException or FileNotFoundException or MissingMemberException or NotImplementedException
            or NotSupportedException { Source: "Microsoft.ML.OnnxRuntime" })
        {
            Assert.Inconclusive(error.GetBaseException().Message);
            throw;
        }
    }

    private IDataView Rows(int count = 3) => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Row { A = [i, 1, 2], B = [10, 20, 30] }).ToList());

    [TestMethod]
    public void All_inputs_and_outputs_by_their_names()
    {
        IDataView scored = Apply(s_add).Fit(Rows()).Transform(Rows());

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 1, 3), scored.Schema["sum"].Type, "a row is a batch of one");
        CollectionAssert.AreEqual(new[] { 12f, 21f, 32f }, scored.GetColumn<float[]>("sum").ElementAt(2));
        CollectionAssert.AreEqual(new[] { -2f, -1f, -2f }, scored.GetColumn<float[]>("minus").ElementAt(2));
        Assert.AreEqual(3, scored.GetRowCount());
    }

    [TestMethod]
    public void Both_outputs_of_a_row_agree_however_they_are_read()
    {
        IDataView scored = Apply(s_add).Fit(Rows()).Transform(Rows());
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<VBuffer<float>> sum = cursor.GetGetter<VBuffer<float>>(scored.Schema["sum"]), minus = cursor.GetGetter<VBuffer<float>>(scored.Schema["minus"]);
        VBuffer<float> value = default;
        for (int row = 0; cursor.MoveNext(); row++)
        {
            minus(ref value);
            Assert.AreEqual(-row, value.GetItemOrDefault(0));
            sum(ref value);
            Assert.AreEqual(row + 10, value.GetItemOrDefault(0));
        }
    }

    [TestMethod]
    public void Only_the_wanted_output_is_added()
    {
        IDataView scored = Apply(s_add, ["sum"], ["a", "b"]).Fit(Rows()).Transform(Rows());
        Assert.IsNull(scored.Schema.GetColumnOrNull("minus"));
    }

    [TestMethod]
    public void A_prediction_engine_scores_one_object_after_the_other()
    {
        using PredictionEngine<Row, Result> engine = _ml.Model.CreatePredictionEngine<Row, Result>(Apply(s_add).Fit(Rows()));
        CollectionAssert.AreEqual(new[] { 5f, 7f, 9f }, engine.Predict(new() { A = [1, 2, 3], B = [4, 5, 6] }).Sum);
        CollectionAssert.AreEqual(new[] { 2f, 2f, 2f }, engine.Predict(new() { A = [1, 1, 1], B = [1, 1, 1] }).Sum);
    }

    [TestMethod]
    public void A_saved_chain_brings_the_model_along()
    {
        ITransformer fitted = Apply(s_add).Append(_ml.Transforms.CopyColumns("Score", "sum")).Fit(Rows());
        using var stream = new MemoryStream();
        _ml.Model.Save(fitted, Rows().Schema, stream);
        stream.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(stream, out _);

        CollectionAssert.AreEqual(new[] { 11f, 21f, 32f }, loaded.Transform(Rows()).GetColumn<float[]>("Score").ElementAt(1));
    }

    [TestMethod]
    public void A_file_with_options_is_applied_too()
    {
        _ = Apply(s_add);
        string folder = Directory.CreateTempSubdirectory("onnx").FullName;
        try
        {
            string path = Path.Combine(folder, "add.onnx");
            File.WriteAllBytes(path, s_add);
            using OnnxTransformer fitted = _ml.Transforms.ApplyOnnxModel(new OnnxOptions
            {
                ModelFile = path, InputColumns = ["a", "b"], OutputColumns = ["sum"], IntraOpNumThreads = 1, InterOpNumThreads = 1,
            }).Fit(Rows());
            CollectionAssert.AreEqual(new[] { 10f, 21f, 32f }, fitted.Transform(Rows()).GetColumn<float[]>("sum").First());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void Every_kind_of_tensor_goes_through()
    {
        (string Name, int Type)[] kinds = [("long", TinyModel.Int64), ("int", TinyModel.Int32), ("byte", TinyModel.UInt8), ("sbyte", TinyModel.Int8), ("bool", TinyModel.Bool), ("text", TinyModel.Text)];
        byte[] model = TinyModel.Create(
            [.. kinds.Select(kind => new TinyModel.Node("Identity", [kind.Name], kind.Name + "Out"))],
            [.. kinds.Select(kind => new TinyModel.Value(kind.Name, kind.Type, 0, 2))],
            [.. kinds.Select(kind => new TinyModel.Value(kind.Name + "Out", kind.Type, 0, 2))]);
        IDataView data = _ml.Data.LoadFromEnumerable(new[]
        {
            new Mixed { Long = [1, long.MinValue], Int = [-1, 7], Byte = [0, 255], SByte = [-128, 127], Bool = [true, false], Text = ["über", ""] },
            new Mixed { Long = [2, 3], Int = [4, 5], Byte = [6, 7], SByte = [8, 9], Bool = [false, true], Text = ["a", "bc"] },
        });
        IDataView scored = Apply(model).Fit(data).Transform(data);

        CollectionAssert.AreEqual(new[] { 1, long.MinValue }, scored.GetColumn<long[]>("longOut").First());
        CollectionAssert.AreEqual(new[] { -1, 7 }, scored.GetColumn<int[]>("intOut").First());
        CollectionAssert.AreEqual(new byte[] { 0, 255 }, scored.GetColumn<byte[]>("byteOut").First());
        CollectionAssert.AreEqual(new sbyte[] { -128, 127 }, scored.GetColumn<sbyte[]>("sbyteOut").First());
        CollectionAssert.AreEqual(new[] { true, false }, scored.GetColumn<bool[]>("boolOut").First());
        CollectionAssert.AreEqual(new[] { "über", "" }, scored.GetColumn<string[]>("textOut").First());
        CollectionAssert.AreEqual(new[] { "a", "bc" }, scored.GetColumn<string[]>("textOut").Last());
    }

    [TestMethod]
    public void A_scalar_column_feeds_a_tensor_of_one()
    {
        byte[] model = TinyModel.Create([new("Neg", ["x"], "y")], [new("x", TinyModel.Float, 0, 1)], [new("y", TinyModel.Float, 0, 1)]);
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { new Scalar { X = 3 } });
        CollectionAssert.AreEqual(new[] { -3f }, Apply(model).Fit(data).Transform(data).GetColumn<float[]>("y").Single());
    }

    [TestMethod]
    public void An_open_size_takes_what_the_row_has()
    {
        byte[] model = TinyModel.Create([new("Neg", ["x"], "y")], [new("x", TinyModel.Float, 0, 0)], [new("y", TinyModel.Float, 0, 0)]);
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { new Variable { X = [1, 2] }, new Variable { X = [3, 4, 5] } });
        float[][] scored = [.. Apply(model).Fit(data).Transform(data).GetColumn<float[]>("y")];

        CollectionAssert.AreEqual(new[] { -1f, -2f }, scored[0]);
        CollectionAssert.AreEqual(new[] { -3f, -4f, -5f }, scored[1]);
    }

    [TestMethod]
    public void What_does_not_fit_is_refused_by_name()
    {
        OnnxScoringEstimator estimator = Apply(s_add);
        IDataView wrong = _ml.Data.LoadFromEnumerable(new[] { new Scalar { X = 3 } });
        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(wrong));
        StringAssert.Contains(missing.Message, "Could not find input column 'a'");

        byte[] model = TinyModel.Create([new("Neg", ["x"], "y")], [new("x", TinyModel.Int64, 0, 1)], [new("y", TinyModel.Int64, 0, 1)]);
        var type = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Apply(model).Fit(wrong));
        StringAssert.Contains(type.Message, "Int64");
    }

    [TestMethod]
    public void A_missing_file_is_named()
    {
        _ = Apply(s_add);
        var wrong = Assert.Throws<IOException>(() => _ml.Transforms.ApplyOnnxModel("none.onnx"));
        StringAssert.Contains(wrong.Message, "none.onnx");
    }

    [TestMethod]
    public void Sizes_can_be_given_and_must_agree_with_the_file()
    {
        byte[] model = TinyModel.Create([new("Neg", ["x"], "y")], [new("x", TinyModel.Float, 0, 0)], [new("y", TinyModel.Float, 0, 0)]);
        _ = Apply(model);
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { new Variable { X = [1, 2] } });
        IDataView scored = _ml.Transforms.ApplyOnnxModel(["y"], ["x"], new MemoryStream(model), new Dictionary<string, int[]> { ["x"] = [1, 2], ["y"] = [1, 2] }, recursionLimit: 100).Fit(data).Transform(data);
        Assert.AreEqual(2, ((VectorDataViewType)scored.Schema["y"].Type).Size);

        Assert.Throws<Exception>(() => _ml.Transforms.ApplyOnnxModel(["sum"], ["a", "b"], new MemoryStream(s_add), new Dictionary<string, int[]> { ["a"] = [1, 4] }, recursionLimit: 100));
    }

    [TestMethod]
    public void Threads_share_a_transformer()
    {
        OnnxTransformer transformer = Apply(s_add).Fit(Rows());
        Parallel.For(0, 8, thread =>
        {
            float[][] sums = [.. transformer.Transform(Rows(200)).GetColumn<float[]>("sum")];
            for (int row = 0; row < sums.Length; row++) { Assert.AreEqual(row + 10f, sums[row][0]); }
        });
    }
}
