using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Compatibility.Tests;

/// <summary>Details in which a plausible guess differs from ML.NET 5.0, found by running one program on both.</summary>
[TestClass]
public sealed class AgainstMLNetSpec
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _file = Path.GetTempFileName();

    [TestCleanup]
    public void DeleteFile() => File.Delete(_file);

    private sealed class Row
    {
        public float A { get; set; }

        public float B { get; set; }

        public bool Flag { get; set; }

        public string Text { get; set; } = "";

        [VectorType(3)]
        public string[] Words { get; set; } = [];

        public float[]? Open { get; set; }
    }

    private static readonly Row[] s_rows =
    [
        new() { A = 1, B = 2, Flag = true, Text = "x", Words = ["x", "", "z"], Open = [1] },
        new() { A = 0, B = 0, Text = "y", Words = ["a", "b", "c"] },
    ];

    private IDataView Data => _ml.Data.LoadFromEnumerable(s_rows);

    private IDataView Load(string text, TextLoader.Options options)
    {
        File.WriteAllText(_file, text);
        return _ml.Data.LoadFromTextFile(_file, options);
    }

    private static TextLoader.Options Options(params TextLoader.Column[] columns) => new() { Columns = columns, Separators = [','] };

    private static VBuffer<T> Last<T>(IDataView view, string column) => view.GetColumn<VBuffer<T>>(column).Last();

    [TestMethod]
    public void Threads_wrap_what_goes_wrong_while_text_is_read()
    {
        TextLoader.Options options = Options(new TextLoader.Column("N", DataKind.Int32, 0));
        var wrapped = Assert.ThrowsExactly<FormatException>(() => Load("x\n", options).GetColumn<int>("N").ToArray());
        Assert.AreEqual("Parsing failed with an exception: Could not parse value x in line 1, column N", wrapped.Message);

        options.UseThreads = false;
        Assert.AreEqual("Could not parse value x in line 1, column N", Assert.ThrowsExactly<InvalidOperationException>(() => Load("x\n", options).GetColumn<int>("N").ToArray()).Message);
    }

    [TestMethod]
    public void A_quote_that_is_never_closed_is_an_error_of_the_reader()
    {
        TextLoader.Options options = Options(new TextLoader.Column("T", DataKind.String, 0));
        (options.AllowQuoting, options.ReadMultilines, options.UseThreads) = (true, true, false);
        var wrong = Assert.ThrowsExactly<FormatException>(() => Load("\"a\nb\n", options).GetColumn<string>("T").ToArray());

        Assert.AreEqual("Stream reading encountered exception", wrong.Message);
        Assert.IsInstanceOfType<EndOfStreamException>(wrong.InnerException);
    }

    [TestMethod]
    public void An_escaped_escape_character_stays_doubled()
    {
        TextLoader.Options options = Options(new TextLoader.Column("T", DataKind.String, 0, 1));
        (options.AllowQuoting, options.EscapeChar) = (true, '\\');

        CollectionAssert.AreEqual(new[] { "a\\\\", "b\"" }, Load("\"a\\\\\",\"b\\\"\"\n", options).GetColumn<string[]>("T").Single());
    }

    [TestMethod]
    public void A_header_that_names_less_than_half_of_the_slots_names_them_sparsely()
    {
        TextLoader.Options options = Options(new TextLoader.Column("V", DataKind.Single, 0, 4));
        options.HasHeader = true;
        VBuffer<ReadOnlyMemory<char>> names = default;
        Load("a,,,,\n1,2,3,4,5\n", options).Schema["V"].GetSlotNames(ref names);

        Assert.IsFalse(names.IsDense);
        Assert.AreEqual(5, names.Length);
    }

    [TestMethod]
    public void Columns_of_one_name_are_told_to_the_log()
    {
        var log = new List<string>();
        _ml.Log += (_, message) => log.Add(message.RawMessage);
        Load("1,2\n", Options(new("A", DataKind.Single, 0), new("A", DataKind.Single, 1)));

        CollectionAssert.Contains(log, "Duplicate name(s) specified - later columns will hide earlier ones");
    }

    [TestMethod]
    public void A_space_may_follow_a_number_and_precede_a_digit()
    {
        IDataView text = _ml.Data.LoadFromEnumerable(new[] { new { Text = " 25" }, new { Text = "25 " }, new { Text = " 2" }, new { Text = " 2 " } });
        CollectionAssert.AreEqual(new[] { float.NaN, 25f, 2f, float.NaN }, _ml.Transforms.Conversion.ConvertType("N", "Text").Fit(text).Transform(text).GetColumn<float>("N").ToArray());
    }

    [TestMethod]
    public void Results_are_sparse_where_less_than_half_of_the_slots_hold_anything()
    {
        IDataView keys = _ml.Transforms.Conversion.MapValueToKey("Keys", "Words", maximumNumberOfKeys: 2)
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Keys")).Fit(Data).Transform(Data);
        IDataView scaled = _ml.Transforms.Concatenate("V", "A", "B").Append(_ml.Transforms.NormalizeMinMax("V")).Fit(Data).Transform(Data);

        Assert.IsFalse(Last<uint>(keys, "Keys").IsDense);
        Assert.IsFalse(Last<ReadOnlyMemory<char>>(keys, "Back").IsDense);
        Assert.IsFalse(Last<float>(scaled, "V").IsDense);
    }

    [TestMethod]
    public void As_text_the_key_values_of_booleans_are_1_and_0()
    {
        IDataView keys = _ml.Transforms.Conversion.MapValueToKey("Key", "Flag", addKeyValueAnnotationsAsText: true).Fit(Data).Transform(Data);
        VBuffer<ReadOnlyMemory<char>> values = default;
        keys.Schema["Key"].GetKeyValues(ref values);

        Assert.AreEqual("1 0", string.Join(' ', values.DenseValues()));
        CollectionAssert.AreEqual(new[] { "True", "False" }, _ml.Transforms.Conversion.ConvertType("T", "Flag", DataKind.String).Fit(Data).Transform(Data).GetColumn<string>("T").ToArray());
    }

    [TestMethod]
    public void The_squares_that_regression_sums_for_R2_and_the_loss_are_of_single_precision()
    {
        float[][] pairs = [[7.1234567f, 7.3f], [7.7654321f, 7.2f], [7.4444444f, 7.9f]];
        RegressionMetrics metrics = _ml.Regression.Evaluate(_ml.Data.LoadFromEnumerable(pairs.Select(pair => new { Label = pair[0], Score = pair[1] })));

        double labels = pairs.Sum(pair => (double)pair[0]), squares = pairs.Sum(pair => (double)(pair[0] * pair[0]));
        double errors = pairs.Sum(pair => Math.Pow((double)pair[0] - pair[1], 2));
        Assert.AreEqual(1 - (errors / (squares - (labels * labels / 3))), metrics.RSquared, 1e-12);
        Assert.AreEqual(pairs.Sum(pair => (double)((pair[1] - pair[0]) * (pair[1] - pair[0]))) / 3, metrics.LossFunction, 1e-15);
    }

    [TestMethod]
    public void A_saved_schema_keeps_its_annotations()
    {
        IDataView data = _ml.Transforms.Concatenate("V", "A", "B").Append(_ml.Transforms.Conversion.MapValueToKey("K", "Text")).Fit(Data).Transform(Data);
        using var stream = new MemoryStream();
        _ml.Model.Save(_ml.Transforms.CopyColumns("Z", "K").Fit(data), data.Schema, stream);
        stream.Position = 0;
        _ml.Model.Load(stream, out DataViewSchema schema);
        VBuffer<ReadOnlyMemory<char>> slots = default, keys = default;
        schema["V"].GetSlotNames(ref slots);
        schema["K"].GetKeyValues(ref keys);

        Assert.AreEqual("A B", string.Join(' ', slots.DenseValues()));
        Assert.AreEqual("x y", string.Join(' ', keys.DenseValues()));
    }

    [TestMethod]
    public void What_is_no_model_file_says_so()
    {
        Assert.AreEqual("Failed to open a zip archive", Assert.ThrowsExactly<FormatException>(() => _ml.Model.Load(new MemoryStream([1, 2, 3]), out _)).Message);
    }

    [TestMethod]
    public void An_array_that_is_null_stays_null_where_there_is_nothing_to_hold()
    {
        Row[] back = [.. _ml.Data.CreateEnumerable<Row>(Data, reuseRowObject: false)];

        CollectionAssert.AreEqual(new[] { 1f }, back[0].Open);
        Assert.IsNull(back[1].Open);
    }

    [TestMethod]
    public void A_null_among_the_rows_is_refused()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(new Row?[] { null });
        Assert.AreEqual("Encountered null when iterating over data, this is not supported.", Assert.ThrowsExactly<InvalidOperationException>(() => data.GetColumn<float>("A").ToArray()).Message);
    }

    [TestMethod]
    public void Selecting_nothing_is_refused_when_the_estimator_is_made()
    {
        Assert.AreEqual("Neither keepColumns and dropColumns is set. Exactly one must be specified.", Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Transforms.SelectColumns([])).Message);
    }

    [TestMethod]
    public void Concatenating_checks_the_columns_when_it_transforms()
    {
        ITransformer fitted = _ml.Transforms.Concatenate("V", "A", "Nope").Fit(Data);
        StringAssert.StartsWith(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => fitted.Transform(Data)).Message, "Could not find input column 'Nope'");
    }

    [TestMethod]
    public void One_name_for_two_results_is_refused()
    {
        StringAssert.StartsWith(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.Conversion.ConvertType([new("O", "A"), new("O", "B")])).Message,
            "Name of the result column 'O' specified multiple times");
    }

    [TestMethod]
    public void A_disposed_cursor_has_no_more_rows()
    {
        DataViewRowCursor cursor = Data.GetRowCursor([]);
        cursor.Dispose();
        Assert.IsFalse(cursor.MoveNext());
    }

    [TestMethod]
    public void The_context_does_not_fall_back_to_the_processor_unless_asked() => Assert.IsFalse(new MLContext().FallbackToCpu);

    [TestMethod]
    public void The_bases_of_the_transformers_are_public()
    {
        Assert.IsInstanceOfType<OneToOneTransformerBase>(_ml.Transforms.CopyColumns("O", "A").Fit(Data));
        Assert.IsInstanceOfType<RowToRowTransformerBase>(_ml.Transforms.Concatenate("O", "A").Fit(Data));
        Assert.IsInstanceOfType<TrivialEstimator<ColumnCopyingTransformer>>(_ml.Transforms.CopyColumns("O", "A"));
    }
}
