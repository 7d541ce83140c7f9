using Microsoft.ML.Data;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class TextLoaderSpec
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = Directory.CreateTempSubdirectory("text-loader").FullName;

    [TestCleanup]
    public void DeleteFiles() => Directory.Delete(_folder, recursive: true);

    private sealed class Iris
    {
        [LoadColumn(0, 1)]
        public float[] Sepal { get; set; } = [];

        [LoadColumn(2), ColumnName("Width")]
        public float PetalWidth { get; set; }

        [LoadColumn(3)]
        public string Kind { get; set; } = "";

        [LoadColumn(4), KeyType(3)]
        public uint Class { get; set; }
    }

    private sealed class Unmarked
    {
        public float Value { get; set; }
    }

    private string Write(string text, string name = "data.txt")
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private IDataView Load(string text, TextLoader.Options options) => _ml.Data.LoadFromTextFile(Write(text), options);

    private static TextLoader.Options Options(params TextLoader.Column[] columns) => new() { Columns = columns, Separators = [','] };

    private static float[][] Vectors(IDataView data, string column) => [.. data.GetColumn<float[]>(column)];

    [TestMethod]
    public void A_class_says_where_its_columns_are()
    {
        IDataView data = _ml.Data.LoadFromTextFile<Iris>(Write("a,b,c,d,e\n1,2,3.5,rose,0\n4,5,-6e1,lily,2\n"), separatorChar: ',', hasHeader: true);

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 2), data.Schema["Sepal"].Type);
        Assert.AreEqual(new KeyDataViewType(typeof(uint), 3), data.Schema["Class"].Type);
        CollectionAssert.AreEqual(new[] { 4f, 5f }, Vectors(data, "Sepal")[1]);
        CollectionAssert.AreEqual(new[] { 3.5f, -60f }, data.GetColumn<float>("Width").ToArray());
        CollectionAssert.AreEqual(new[] { "rose", "lily" }, data.GetColumn<string>("Kind").ToArray());
        CollectionAssert.AreEqual(new[] { 1u, 3u }, data.GetColumn<uint>("Class").ToArray(), "text counts keys from 0, columns from 1");
        Assert.IsNull(data.GetRowCount());
        Assert.IsFalse(data.CanShuffle);
    }

    [TestMethod]
    public void Every_member_of_the_class_needs_its_place()
    {
        var wrong = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Data.LoadFromTextFile<Unmarked>(Write("1\n")));
        StringAssert.Contains(wrong.Message, "'Value' is missing the LoadColumnAttribute");
    }

    [TestMethod]
    public void A_missing_file_is_named()
    {
        var wrong = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromTextFile(Path.Combine(_folder, "none.txt")));
        StringAssert.Contains(wrong.Message, "none.txt");
    }

    [TestMethod]
    public void Without_columns_the_first_field_is_the_label_and_the_rest_are_features()
    {
        IDataView data = _ml.Data.LoadFromTextFile(Write("1\t2\t3\n0\t5\t6\n"));

        CollectionAssert.AreEqual(new[] { 1f, 0f }, data.GetColumn<float>("Label").ToArray());
        CollectionAssert.AreEqual(new[] { 5f, 6f }, Vectors(data, "Features")[1]);
    }

    [TestMethod]
    public void The_header_of_the_sample_names_the_slots()
    {
        string path = Write("x, y,label\n1,2,3\n");
        TextLoader loader = _ml.Data.CreateTextLoader(
            [new("Features", DataKind.Single, 0, 1), new("Label", DataKind.Single, 2)], separatorChar: ',', hasHeader: true, dataSample: new MultiFileSource(path));
        VBuffer<ReadOnlyMemory<char>> names = default;
        loader.GetOutputSchema()["Features"].GetSlotNames(ref names);

        CollectionAssert.AreEqual(new[] { "x", "y" }, names.DenseValues().Select(name => name.ToString()).ToArray());
        Assert.IsFalse(loader.GetOutputSchema()["Label"].HasSlotNames());
    }

    [TestMethod]
    public void Empty_fields_are_0_or_if_asked_for_missing()
    {
        TextLoader.Column[] columns = [new("A", DataKind.Single, 0), new("V", DataKind.Single, 1, 2), new("T", DataKind.String, 3)];
        IDataView zeros = Load(",,5,\n", Options(columns));
        Assert.AreEqual(0f, zeros.GetColumn<float>("A").Single());
        CollectionAssert.AreEqual(new[] { 0f, 5f }, Vectors(zeros, "V")[0]);
        Assert.AreEqual("", zeros.GetColumn<string>("T").Single());

        TextLoader.Options options = Options(columns);
        options.MissingRealsAsNaNs = true;
        IDataView missing = Load(",,5,\n", options);
        Assert.AreEqual(float.NaN, missing.GetColumn<float>("A").Single());
        CollectionAssert.AreEqual(new[] { float.NaN, 5f }, Vectors(missing, "V")[0]);
    }

    [TestMethod]
    [DataRow("?", float.NaN)]
    [DataRow("NaN", float.NaN)]
    [DataRow("na", float.NaN)]
    [DataRow("n/a", float.NaN)]
    [DataRow("word", float.NaN)]
    [DataRow(" 1.5 ", 1.5f)]
    [DataRow("-2e-1", -0.2f)]
    public void What_is_no_number_is_missing(string text, float expected)
    {
        Assert.AreEqual(expected, Load($"{text},1\n", Options(new TextLoader.Column("A", DataKind.Single, 0))).GetColumn<float>("A").Single());
    }

    [TestMethod]
    public void What_is_no_integer_is_an_error_that_tells_where()
    {
        IDataView data = Load("1\nx\n", Options(new TextLoader.Column("N", DataKind.Int32, 0)));
        var wrong = Assert.Throws<Exception>(() => data.GetColumn<int>("N").ToArray());
        StringAssert.Contains(wrong.Message, "Could not parse value x in line 2, column N");
    }

    [TestMethod]
    public void Bad_numbers_are_told_to_the_log()
    {
        var messages = new List<string>();
        _ml.Log += (_, message) => { lock (messages) { messages.Add(message.Message); } };
        _ = Load("1\nx\n", Options(new TextLoader.Column("A", DataKind.Single, 0))).GetColumn<float>("A").ToArray();

        Assert.IsTrue(messages.Any(message => message.Contains("Bad value at line 2 in column A", StringComparison.Ordinal)), string.Join('\n', messages));
        Assert.IsTrue(messages.Any(message => message.Contains("1 bad values", StringComparison.Ordinal)), string.Join('\n', messages));
    }

    [TestMethod]
    public void Quotes_hold_separators_and_doubled_quotes()
    {
        TextLoader.Options options = Options(new("A", DataKind.String, 0), new TextLoader.Column("B", DataKind.String, 1));
        options.AllowQuoting = true;
        IDataView data = Load("\"a,b\",\"say \"\"hi\"\"\"\n \"x\" ,y\n\"bad\"x,z\n", options);

        CollectionAssert.AreEqual(new[] { "a,b", "x", "" }, data.GetColumn<string>("A").ToArray());
        CollectionAssert.AreEqual(new[] { "say \"hi\"", "y", "z" }, data.GetColumn<string>("B").ToArray());
    }

    [TestMethod]
    public void Another_escape_character_and_lines_within_quotes()
    {
        TextLoader.Options options = Options(new("A", DataKind.String, 0), new TextLoader.Column("B", DataKind.String, 1));
        (options.AllowQuoting, options.ReadMultilines, options.EscapeChar) = (true, true, '\\');
        IDataView data = Load("\"one\ntwo\",\"a \\\"b\\\"\"\n3,4\n", options);

        CollectionAssert.AreEqual(new[] { "one\ntwo", "3" }, data.GetColumn<string>("A").ToArray());
        CollectionAssert.AreEqual(new[] { "a \"b\"", "4" }, data.GetColumn<string>("B").ToArray());
    }

    [TestMethod]
    public void Without_quoting_quotes_are_letters()
    {
        IDataView data = Load("\"a,b\"\n", Options(new("A", DataKind.String, 0), new TextLoader.Column("B", DataKind.String, 1)));
        Assert.AreEqual("\"a", data.GetColumn<string>("A").Single());
        Assert.AreEqual("b\"", data.GetColumn<string>("B").Single());
    }

    [TestMethod]
    public void Ranges_are_joined_run_to_the_end_or_take_what_is_left()
    {
        IDataView data = Load("0,1,2,3,4\n", Options(
            new TextLoader.Column("Joined", DataKind.Single, [new TextLoader.Range(0), new TextLoader.Range(3, 4)]),
            new TextLoader.Column("Tail", DataKind.Single, [new TextLoader.Range(2, null)]),
            new TextLoader.Column("One", DataKind.Single, [new TextLoader.Range(1) { ForceVector = true }])));
        CollectionAssert.AreEqual(new[] { 0f, 3f, 4f }, Vectors(data, "Joined")[0]);
        CollectionAssert.AreEqual(new[] { 2f, 3f, 4f }, Vectors(data, "Tail")[0]);
        CollectionAssert.AreEqual(new[] { 1f }, Vectors(data, "One")[0]);

        IDataView rest = Load("0,1,2,3,4\n", Options(
            new TextLoader.Column("Label", DataKind.Single, 2),
            new TextLoader.Column("Rest", DataKind.Single, [new TextLoader.Range(0, 4) { AllOther = true }])));
        CollectionAssert.AreEqual(new[] { 0f, 1f, 3f, 4f }, Vectors(rest, "Rest")[0]);
    }

    [TestMethod]
    public void A_variable_range_takes_what_each_line_has()
    {
        IDataView data = Load("1,2,3\n4\n", Options(new TextLoader.Column("V", DataKind.Single, [new TextLoader.Range { Min = 1, VariableEnd = true }])));

        Assert.IsFalse(((VectorDataViewType)data.Schema["V"].Type).IsKnownSize);
        CollectionAssert.AreEqual(new[] { 2f, 3f }, Vectors(data, "V")[0]);
        Assert.AreEqual(0, Vectors(data, "V")[1].Length);
    }

    [TestMethod]
    public void Overlapping_ranges_of_a_column_are_refused()
    {
        var wrong = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.CreateTextLoader(
            [new TextLoader.Column("V", DataKind.Single, [new TextLoader.Range(0, 2), new TextLoader.Range(2)])]));
        StringAssert.Contains(wrong.Message, "overlap");
    }

    [TestMethod]
    public void Sparse_lines_name_their_fields()
    {
        TextLoader.Options options = new() { Columns = [new("Label", DataKind.Single, 0), new("V", DataKind.Single, 1, 6)], Separators = [' '], AllowSparse = true };
        IDataView data = Load("1 6 0:5 3:7\n0 1 2 3 4 5 6\n", options);

        CollectionAssert.AreEqual(new[] { 1f, 0f }, data.GetColumn<float>("Label").ToArray());
        CollectionAssert.AreEqual(new[] { 5f, 0f, 0f, 7f, 0f, 0f }, Vectors(data, "V")[0]);
        CollectionAssert.AreEqual(new[] { 1f, 2f, 3f, 4f, 5f, 6f }, Vectors(data, "V")[1]);
        Assert.IsFalse(data.GetColumn<VBuffer<float>>("V").First().IsDense, "two of six stay sparse");
    }

    [TestMethod]
    public void Comments_and_empty_lines_are_no_rows_and_every_file_has_its_header()
    {
        string first = Write("# about\n\nA\n1\n// note\n2\n", "a.csv"), second = Write("A\n3\n", "b.csv");
        TextLoader loader = _ml.Data.CreateTextLoader([new TextLoader.Column("A", DataKind.Single, 0)], separatorChar: ',', hasHeader: true);

        CollectionAssert.AreEqual(new[] { 1f, 2f, 3f }, loader.Load(first, second).GetColumn<float>("A").ToArray());
        CollectionAssert.AreEqual(new[] { 1f, 2f, 3f }, loader.Load(Path.Combine(_folder, "*.csv")).GetColumn<float>("A").ToArray());
    }

    [TestMethod]
    public void Lines_can_be_trimmed_counted_and_have_commas_in_their_numbers()
    {
        TextLoader.Options options = new()
        {
            Columns = [new("A", DataKind.Single, 0), new("T", DataKind.String, 1)], Separators = [';'], DecimalMarker = ',', TrimWhitespace = true, MaxRows = 2,
        };
        IDataView data = Load("1,5;a  \n2,25;b\n3;c\n", options);

        CollectionAssert.AreEqual(new[] { 1.5f, 2.25f }, data.GetColumn<float>("A").ToArray());
        CollectionAssert.AreEqual(new[] { "a", "b" }, data.GetColumn<string>("T").ToArray());
    }

    [TestMethod]
    public void A_key_out_of_its_range_is_missing()
    {
        TextLoader.Column[] columns = [new("K", DataKind.UInt32, [new TextLoader.Range(0)], new KeyCount(2)), new("All", DataKind.Byte, [new TextLoader.Range(0)], new KeyCount())];
        IDataView data = Load("0\n1\n2\n?\n", Options(columns));

        CollectionAssert.AreEqual(new[] { 1u, 2u, 0u, 0u }, data.GetColumn<uint>("K").ToArray());
        Assert.AreEqual(new KeyDataViewType(typeof(byte), 255), data.Schema["All"].Type);
    }

    [TestMethod]
    public void Booleans_and_dates_have_several_spellings()
    {
        IDataView data = Load("yes,2020-01-02,01:02:03\n0,,\n", Options(
            new("B", DataKind.Boolean, 0), new("D", DataKind.DateTime, 1), new TextLoader.Column("S", DataKind.TimeSpan, 2)));

        CollectionAssert.AreEqual(new[] { true, false }, data.GetColumn<bool>("B").ToArray());
        CollectionAssert.AreEqual(new[] { new DateTime(2020, 1, 2), default }, data.GetColumn<DateTime>("D").ToArray());
        CollectionAssert.AreEqual(new[] { new TimeSpan(1, 2, 3), default }, data.GetColumn<TimeSpan>("S").ToArray());
    }

    [TestMethod]
    public void A_separator_that_could_be_a_number_is_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.CreateTextLoader(new TextLoader.Options { Separators = ['1'], Columns = [new("A", DataKind.Single, 0)] }));
    }

    [TestMethod]
    public void A_loader_is_saved_with_what_follows_it()
    {
        string path = Write("x,y\n1,2\n3,4\n");
        TextLoader loader = _ml.Data.CreateTextLoader([new TextLoader.Column("F", DataKind.Single, 0, 1)], separatorChar: ',', hasHeader: true, dataSample: new MultiFileSource(path));
        CompositeDataLoader<IMultiStreamSource, ColumnConcatenatingTransformer> fitted =
            loader.Append(_ml.Transforms.Concatenate("G", "F", "F")).Fit(new MultiFileSource(path));
        Assert.AreEqual(4, ((VectorDataViewType)fitted.GetOutputSchema()["G"].Type).Size);

        using var stream = new MemoryStream();
        _ml.Model.Save(fitted.Transformer, fitted.Loader, stream);
        stream.Position = 0;
        ITransformer model = _ml.Model.LoadWithDataLoader(stream, out IDataLoader<IMultiStreamSource> loaded);
        CollectionAssert.AreEqual(new[] { 3f, 4f, 3f, 4f }, Vectors(model.Transform(loaded.Load(path)), "G")[1]);
        Assert.IsTrue(loaded.GetOutputSchema()["F"].HasSlotNames());

        stream.Position = 0;
        _ = _ml.Model.Load(stream, out DataViewSchema schema);
        Assert.AreEqual("F", schema.Single().Name);
    }

    [TestMethod]
    public void A_model_without_loader_says_so()
    {
        using var stream = new MemoryStream();
        IDataView data = _ml.Data.LoadFromTextFile(Write("1\t2\n"));
        _ml.Model.Save(_ml.Transforms.CopyColumns("L", "Label").Fit(data), data.Schema, stream);
        stream.Position = 0;

        var wrong = Assert.Throws<Exception>(() => _ml.Model.LoadWithDataLoader(stream, out _));
        StringAssert.Contains(wrong.Message, "Model does not contain an IDataLoader");
    }
}
