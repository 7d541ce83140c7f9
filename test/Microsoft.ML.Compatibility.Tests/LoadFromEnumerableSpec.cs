using Microsoft.ML.Data;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class LoadFromEnumerableSpec
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Everything
    {
        public float Number { get; set; }

        public bool Flag;

        public string Text { get; set; } = "";

        public ReadOnlyMemory<char> Memory { get; set; }

        [VectorType(3)]
        public float[] Fixed { get; set; } = [];

        public long[] Variable { get; set; } = [];

        [VectorType(2)]
        public string[] Words { get; set; } = [];

        [VectorType(4)]
        public VBuffer<double> Sparse { get; set; }

        [KeyType(3)]
        public uint Key { get; set; }

        public DateTime Time { get; set; }

        [ColumnName("Renamed")]
        public int Original { get; set; }

        [NoColumn]
        public object? Ignored { get; set; }
    }

    private static readonly Everything[] s_rows =
    [
        new() { Number = 1.5f, Flag = true, Text = "a", Memory = "b".AsMemory(), Fixed = [1, 2, 3], Variable = [7], Words = ["x", "y"], Sparse = new(4, 1, [5.0], [2]), Key = 0, Time = new(2020, 1, 2), Original = 9 },
        new() { Number = 2.5f, Text = "c", Fixed = [4, 5, 6], Variable = [8, 9], Words = ["z", ""], Sparse = new(4, [1.0, 2, 3, 4]), Key = 3, Original = -9 },
    ];

    [TestMethod]
    public void Members_become_columns_of_the_matching_types()
    {
        DataViewSchema schema = _ml.Data.LoadFromEnumerable(s_rows).Schema;

        Assert.AreEqual(NumberDataViewType.Single, schema["Number"].Type);
        Assert.AreEqual(BooleanDataViewType.Instance, schema["Flag"].Type);
        Assert.AreEqual(TextDataViewType.Instance, schema["Text"].Type);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 3), schema["Fixed"].Type);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Int64), schema["Variable"].Type);
        Assert.AreEqual(new VectorDataViewType(TextDataViewType.Instance, 2), schema["Words"].Type);
        Assert.AreEqual(new KeyDataViewType(typeof(uint), 3), schema["Key"].Type);
        Assert.AreEqual(DateTimeDataViewType.Instance, schema["Time"].Type);
        Assert.IsNull(schema.GetColumnOrNull("Original"));
        Assert.IsNull(schema.GetColumnOrNull("Ignored"));
        Assert.AreEqual(NumberDataViewType.Int32, schema["Renamed"].Type);
    }

    [TestMethod]
    public void CreateEnumerable_brings_every_kind_of_member_back()
    {
        Everything[] back = [.. _ml.Data.CreateEnumerable<Everything>(_ml.Data.LoadFromEnumerable(s_rows), reuseRowObject: false)];

        Assert.HasCount(2, back);
        Assert.AreEqual(1.5f, back[0].Number);
        Assert.IsTrue(back[0].Flag);
        Assert.AreEqual("a", back[0].Text);
        Assert.AreEqual("b", back[0].Memory.ToString());
        CollectionAssert.AreEqual(new float[] { 4, 5, 6 }, back[1].Fixed);
        CollectionAssert.AreEqual(new long[] { 8, 9 }, back[1].Variable);
        CollectionAssert.AreEqual(new[] { "x", "y" }, back[0].Words);
        Assert.IsFalse(back[0].Sparse.IsDense);
        CollectionAssert.AreEqual(new double[] { 0, 0, 5, 0 }, back[0].Sparse.DenseValues().ToArray());
        Assert.AreEqual(new DateTime(2020, 1, 2), back[0].Time);
        Assert.AreEqual(9, back[0].Original);
    }

    [TestMethod]
    public void A_key_member_counts_from_0_and_its_column_from_1()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(s_rows);

        // 0 is the first of three categories; 3 is outside, so it is missing.
        CollectionAssert.AreEqual(new uint[] { 1, 0 }, view.GetColumn<uint>("Key").ToArray());
        Assert.AreEqual(1u, _ml.Data.CreateEnumerable<Everything>(view, reuseRowObject: false).First().Key);
    }

    [TestMethod]
    public void A_schema_definition_gives_the_size_that_the_class_leaves_open()
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Everything));
        definition["Variable"].ColumnType = new VectorDataViewType(NumberDataViewType.Int64, 1, 1);
        definition["Variable"].AddAnnotation("SlotNames", new[] { "only" }, new VectorDataViewType(TextDataViewType.Instance, 1));

        DataViewSchema.Column column = _ml.Data.LoadFromEnumerable(s_rows[..1], definition).Schema["Variable"];

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Int64, 1, 1), column.Type);
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        Assert.AreEqual("only", names.GetValues()[0].ToString());
    }

    [TestMethod]
    public void A_list_can_be_counted_and_another_sequence_cannot_and_neither_can_be_shuffled()
    {
        IDataView list = _ml.Data.LoadFromEnumerable(s_rows);
        IDataView stream = _ml.Data.LoadFromEnumerable(s_rows.Where(row => row.Number > 0));

        Assert.IsFalse(list.CanShuffle);
        Assert.AreEqual(2L, list.GetRowCount());
        Assert.IsFalse(stream.CanShuffle);
        Assert.IsNull(stream.GetRowCount());
        Assert.HasCount(2, stream.GetColumn<float>("Number").ToArray());
    }

    [TestMethod]
    public void A_cursor_stands_before_the_first_row_and_after_the_last_at_position_minus_1()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(s_rows);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Number"]]);

        Assert.AreEqual(-1, cursor.Position);
        Assert.IsTrue(cursor.MoveNext());
        Assert.AreEqual(0, cursor.Position);
        Assert.IsTrue(cursor.MoveNext());
        Assert.IsFalse(cursor.MoveNext());
        Assert.AreEqual(-1, cursor.Position);
        Assert.IsFalse(cursor.MoveNext());
    }

    [TestMethod]
    public void A_column_that_was_not_asked_for_has_no_getter()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(s_rows);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Number"]]);

        Assert.IsFalse(cursor.IsColumnActive(view.Schema["Text"]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Text"]));
    }

    [TestMethod]
    public void GetColumn_names_the_column_that_cannot_be_read_as_asked()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(s_rows);

        var wrong = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => view.GetColumn<double>("Number"));
        StringAssert.Contains(wrong.Message, "Number");
        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => view.GetColumn<double>("Nobody"));
        StringAssert.Contains(missing.Message, "Column 'Nobody' not found");
    }
}
