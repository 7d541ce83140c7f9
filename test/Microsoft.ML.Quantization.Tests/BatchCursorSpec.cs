using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>The cursor that reads ahead gives exactly what the row-by-row cursor gives.</summary>
[TestClass]
public sealed class BatchCursorSpec
{
    private const int Rows = 150;
    private static readonly QuantizableModel s_model = Networks.Mlp(16, 8, 5);
    private readonly MLContext _ml = new(seed: 1);

    public static IEnumerable<object[]> ActiveColumns =>
    [
        [new[] { "Score" }], [new[] { "Score", "Text" }], [new[] { "Score", "Sparse" }], [new[] { "Score", "Features" }], [new[] { "Score", "Words", "Key", "Day" }],
        [new[] { "Text" }], [new[] { "Sparse", "Key" }], [Array.Empty<string>()],
    ];

    private IDataView Source => _ml.Data.LoadFromEnumerable(Wide.Draw(Rows));

    private IDataView Scored(IDataView source, int batchSize) => _ml.Transforms.QuantizeStatic(s_model, new()
    {
        InputColumnName = "Features",
        OutputColumnName = "Score",
        BatchSize = batchSize,
    }).Fit(source).Transform(source);

    private static void AssertSame(string[] expected, string[] found)
    {
        Assert.IsTrue(expected.Length > 0);
        CollectionAssert.AreEqual(expected, found);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(7)]
    [DataRow(32)]
    [DataRow(2_000)]
    public void All_columns_active(int batchSize) => AssertSame(ViewText.Of(Scored(Source, 1)), ViewText.Of(Scored(Source, batchSize)));

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(9)]
    public void Any_number_of_threads(int threads)
    {
        IDataView found = _ml.Transforms.QuantizeStatic(s_model, new() { InputColumnName = "Features", OutputColumnName = "Score", BatchSize = 37, Threads = threads }).Fit(Source).Transform(Source);
        AssertSame(ViewText.Of(Scored(Source, 1)), ViewText.Of(found));
        AssertSame(ViewText.OfSet(Scored(_ml.Data.Cache(Source), 1), 4), ViewText.OfSet(_ml.Data.Cache(found), 4));
    }

    [TestMethod]
    public void The_threads_of_a_cursor_end_with_it()
    {
        static int Workers() => Process.GetCurrentProcess().Threads.Count;
        IDataView scored = _ml.Transforms.QuantizeStatic(s_model, new() { InputColumnName = "Features", OutputColumnName = "Score", BatchSize = 400, Threads = 40 }).Fit(Source).Transform(Source);
        int before = Workers();
        for (int i = 0; i < 5; i++) { Assert.AreEqual(Rows, scored.GetColumn<float[]>("Score").Count()); }
        // The threads of one cursor would be 18, those of five 90; the runtime starts some of its own.
        Assert.IsTrue(Workers() < before + 60, $"{before} threads before, {Workers()} after");
    }

    [TestMethod]
    [DynamicData(nameof(ActiveColumns))]
    public void Some_columns_active(string[] names) => AssertSame(ViewText.Of(Scored(Source, 1), names), ViewText.Of(Scored(Source, 32), names));

    [TestMethod]
    public void Shuffled_by_the_consumer()
    {
        IDataView cached = _ml.Data.Cache(Source);
        IDataView batched = Scored(cached, 32);
        Assert.IsTrue(batched.CanShuffle);
        AssertSame(ViewText.Of(Scored(cached, 1), seed: 5), ViewText.Of(batched, seed: 5));
        CollectionAssert.AreNotEqual(ViewText.Of(batched), ViewText.Of(batched, seed: 5));
    }

    [TestMethod]
    public void Between_other_views()
    {
        (IDataView one, IDataView many) = (Scored(Source, 1), Scored(Source, 32));
        AssertSame(ViewText.Of(_ml.Data.ShuffleRows(one, seed: 3)), ViewText.Of(_ml.Data.ShuffleRows(many, seed: 3)));
        AssertSame(ViewText.Of(_ml.Data.TakeRows(_ml.Data.SkipRows(one, 33), 40)), ViewText.Of(_ml.Data.TakeRows(_ml.Data.SkipRows(many, 33), 40)));
        AssertSame(ViewText.Of(_ml.Data.Cache(one)), ViewText.Of(_ml.Data.Cache(many)));
        IDataView shuffled = _ml.Data.ShuffleRows(Source, seed: 3);
        AssertSame(ViewText.Of(Scored(shuffled, 1)), ViewText.Of(Scored(shuffled, 32)));
    }

    [TestMethod]
    public void A_set_of_cursors_gives_every_row_once()
    {
        IDataView cached = _ml.Data.Cache(Source);
        string[] found = ViewText.OfSet(Scored(cached, 32), 4);
        Assert.AreEqual(Rows, found.Length);
        AssertSame(ViewText.OfSet(Scored(cached, 1), 4), found);
    }

    [TestMethod]
    public void The_first_row_costs_one_row()
    {
        var source = new CountingView(Source);
        IDataView scored = Scored(source, 32);
        int before = source.RowsRead;
        _ = scored.GetColumn<float[]>("Score").First();
        Assert.AreEqual(1, source.RowsRead - before);
    }

    [TestMethod]
    public void A_getter_made_in_the_middle_of_a_batch_works_and_its_value_is_the_callers()
    {
        IDataView scored = Scored(Source, 32);
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        for (int i = 0; i < 40; i++) { Assert.IsTrue(cursor.MoveNext()); }
        ValueGetter<VBuffer<float>> late = cursor.GetGetter<VBuffer<float>>(scored.Schema["Sparse"]);
        VBuffer<float> sparse = default, again = default;
        late(ref sparse);
        VBufferEditor.CreateFromBuffer(ref sparse).Values.Fill(99);
        late(ref again);
        Assert.IsFalse(again.GetValues().Contains(99f));
        Assert.AreEqual(39, cursor.Position);
    }

    [TestMethod]
    public void Before_the_first_and_after_the_last_row_there_is_no_value()
    {
        IDataView scored = Scored(Source, 32);
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<ReadOnlyMemory<char>> text = cursor.GetGetter<ReadOnlyMemory<char>>(scored.Schema["Text"]);
        ValueGetter<VBuffer<float>> score = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        ReadOnlyMemory<char> value = default;
        VBuffer<float> vector = default;
        StringAssert.Contains(Assert.Throws<InvalidOperationException>(() => text(ref value)).Message, "Call MoveNext first");
        while (cursor.MoveNext()) { }
        Assert.AreEqual(-1, cursor.Position);
        Assert.IsFalse(cursor.MoveNext());
        Assert.Throws<InvalidOperationException>(() => score(ref vector));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(32)]
    public void Wrong_requests_are_refused(int batchSize)
    {
        IDataView scored = Scored(Source, batchSize);
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => cursor.GetGetter<uint>(scored.Schema["Key"])).Message, "Column 'Key' is not active in this cursor");
        StringAssert.Contains(Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float>(scored.Schema["Score"])).Message, "Column 'Score' holds");
    }

    [TestMethod]
    public void A_network_for_one_row_is_scored_row_by_row()
    {
        QuantizableModel single = Networks.Mlp(16, 8, 5, rows: 1);
        IDataView source = Source;
        string[] found = ViewText.Of(_ml.Transforms.QuantizeStatic("Score", "Features", single).Fit(source).Transform(source), ["Score"]);
        AssertSame(ViewText.Of(Scored(source, 32), ["Score"]), found);
    }

    [TestMethod]
    public void Nothing_is_allocated_for_a_row_once_the_batches_are_full()
    {
        IDataView scored = Scored(_ml.Data.LoadFromEnumerable(Sample.Draw(4_000).Select(sample => new Dense { Features = [.. Enumerable.Repeat(sample.Features, 4).SelectMany(v => v)] }).ToArray()), 32);
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        ValueGetter<VBuffer<float>> read = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> score = default;
        void Pass(int rows)
        {
            for (int i = 0; i < rows && cursor.MoveNext(); i++) { read(ref score); }
        }

        Pass(1_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass(2_000);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void A_column_of_a_class_arrives_intact_row_by_row()
    {
        IDataView pictures = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 50).Select(i => new WithPicture { Features = [.. Enumerable.Repeat(i / 50f, 16)], Picture = new Picture(i) }).ToArray());
        int[] numbers = [.. _ml.Data.CreateEnumerable<WithPicture>(Scored(pictures, 32), reuseRowObject: false).Select(row => row.Picture!.Number)];
        CollectionAssert.AreEqual(Enumerable.Range(0, 50).ToArray(), numbers);
    }

    [TestMethod]
    public void A_vector_that_is_not_as_long_as_its_type_promises_is_refused()
    {
        IDataView wrong = _ml.Data.LoadFromEnumerable(new[] { new Wide { Features = new(3, [1f, 2f, 3f]) } });
        IDataView scored = _ml.Transforms.QuantizeStatic("Score", "Features", s_model).Fit(Source).Transform(wrong);
        StringAssert.Contains(Assert.Throws<InvalidOperationException>(() => scored.GetColumn<float[]>("Score").Count()).Message, "Column 'Features' gave a vector of 3 values; its type promises 16");
    }

    [TestMethod]
    public void A_network_that_mixes_rows_is_refused()
    {
        IDataView observed = _ml.Transforms.QuantizeObserve("Score", "Features", Networks.Mixing()).Fit(Source).Transform(Source);
        Refusal.Of(() => observed.GetColumn<float[]>("Score").Count(), "output 'y' has shape [2, 8] for 1 rows", "A network that mixes rows cannot score them one by one");
    }

    private sealed class Dense
    {
        [VectorType(16)]
        public float[] Features { get; set; } = [];
    }

    [TestMethod]
    public void A_batch_that_no_array_holds_is_refused()
    {
        using var runner = new RowRunner(NetworkColumns.From(Networks.Mlp().Graph, new ScoringOptions()).Score(), int.MaxValue, threads: 1);
        QuantizationException problem = Assert.ThrowsExactly<QuantizationException>(() => runner.Reserve(1 << 28));
        Assert.AreEqual($"268435456 rows of 'x' take {1L << 32:N0} bytes; expected at most {Array.MaxLength:N0}. Score with a smaller BatchSize.", problem.Message);
    }
}
