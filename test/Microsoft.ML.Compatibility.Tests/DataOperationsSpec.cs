using Microsoft.ML.Data;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class DataOperationsSpec
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Numbered
    {
        public int Number { get; set; }
    }

    private IDataView Data => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 1000).Select(i => new Numbered { Number = i }).ToArray());

    private static int[] Numbers(IDataView view) => [.. view.GetColumn<int>("Number")];

    [TestMethod]
    public void Skip_and_Take_cut_the_rows()
    {
        CollectionAssert.AreEqual(new[] { 10, 11, 12 }, Numbers(_ml.Data.TakeRows(_ml.Data.SkipRows(Data, 10), 3)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.TakeRows(Data, 0));
    }

    [TestMethod]
    public void Shuffled_rows_are_the_same_rows_and_follow_the_seed()
    {
        int[] shuffled = Numbers(_ml.Data.ShuffleRows(Data, seed: 3));

        CollectionAssert.AreNotEqual(Numbers(Data), shuffled);
        CollectionAssert.AreEquivalent(Numbers(Data), shuffled);
        CollectionAssert.AreEqual(shuffled, Numbers(_ml.Data.ShuffleRows(Data, seed: 3)));
    }

    [TestMethod]
    public void A_split_gives_every_row_to_one_side_and_repeats_itself()
    {
        DataOperationsCatalog.TrainTestData split = _ml.Data.TrainTestSplit(Data, testFraction: 0.2, seed: 5);
        int[] train = Numbers(split.TrainSet), test = Numbers(split.TestSet);

        CollectionAssert.AreEquivalent(Numbers(Data), train.Concat(test).ToArray());
        Assert.IsTrue(test.Length is > 150 and < 250, $"{test.Length} of 1000 rows are for testing");
        CollectionAssert.AreEqual(test, Numbers(split.TestSet));
    }

    [TestMethod]
    public void Folds_share_out_the_rows()
    {
        var folds = _ml.Data.CrossValidationSplit(Data, numberOfFolds: 4, seed: 5);

        CollectionAssert.AreEquivalent(Numbers(Data), folds.SelectMany(fold => Numbers(fold.TestSet)).ToArray());
        Assert.IsTrue(folds.All(fold => Numbers(fold.TrainSet).Length + Numbers(fold.TestSet).Length == 1000));
    }

    [TestMethod]
    public void A_filter_keeps_the_lower_bound_and_not_the_upper()
    {
        IDataView real = _ml.Transforms.Conversion.ConvertType("Real", "Number").Fit(Data).Transform(Data);
        CollectionAssert.AreEqual(new[] { 5, 6 }, Numbers(_ml.Data.FilterRowsByColumn(real, "Real", 5, 7)));
    }

    [TestMethod]
    public void Only_a_column_of_Single_or_Double_can_be_filtered_by()
    {
        var wrong = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Data.FilterRowsByColumn(Data, "Number", 5, 7));
        StringAssert.StartsWith(wrong.Message, "Column 'Number' does not have compatible type");
    }

    [TestMethod]
    public void A_cache_reads_its_source_once()
    {
        int read = 0;
        IDataView source = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 10).Select(i =>
        {
            read++;
            return new Numbered { Number = i };
        }));
        IDataView cached = _ml.Data.Cache(source);

        CollectionAssert.AreEqual(Numbers(cached), Numbers(cached));
        Assert.AreEqual(10, read);
        Assert.IsTrue(cached.CanShuffle);
        Assert.AreEqual(10L, cached.GetRowCount());
    }

    [TestMethod]
    public void A_set_of_cursors_over_a_cache_shares_the_rows()
    {
        IDataView cached = _ml.Data.Cache(Data);
        var numbers = new List<int>();
        foreach (DataViewRowCursor cursor in cached.GetRowCursorSet(cached.Schema, 4))
        {
            ValueGetter<int> read = cursor.GetGetter<int>(cached.Schema["Number"]);
            for (int number = 0; cursor.MoveNext();)
            {
                read(ref number);
                numbers.Add(number);
            }

            cursor.Dispose();
        }

        CollectionAssert.AreEquivalent(Numbers(Data), numbers);
    }

    [TestMethod]
    public void A_bootstrap_sample_and_its_complement_cover_the_rows_without_overlap()
    {
        int[] sample = Numbers(_ml.Data.BootstrapSample(Data, seed: 2));
        int[] rest = Numbers(_ml.Data.BootstrapSample(Data, seed: 2, complement: true));

        Assert.IsTrue(sample.Distinct().Count() < sample.Length, "some rows are drawn twice");
        Assert.IsEmpty(sample.Intersect(rest));
        CollectionAssert.AreEquivalent(Numbers(Data), sample.Distinct().Concat(rest).ToArray());
    }
}
