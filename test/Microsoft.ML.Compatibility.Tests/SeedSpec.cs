using Microsoft.ML.Data;

namespace Microsoft.ML.Compatibility.Tests;

/// <summary>A seed picks the rows that it picks in ML.NET 5.0, which wrote these numbers.</summary>
[TestClass]
public sealed class SeedSpec
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Row
    {
        public int Number { get; set; }

        public float Tenth { get; set; }

        [KeyType(10)]
        public uint Group { get; set; }
    }

    private IDataView Data => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 200).Select(i => new Row { Number = i, Tenth = i / 10f, Group = (uint)i % 10 }).ToArray());

    private static int[] Numbers(IDataView view) => [.. view.GetColumn<int>("Number")];

    private static void StartsWith(int[] expected, IDataView view) => CollectionAssert.AreEqual(expected, Numbers(view)[..expected.Length]);

    [TestMethod]
    public void A_split_draws_the_rows_for_testing()
    {
        int[] expected = [12, 28, 33, 35, 47, 50, 54, 69, 70, 73, 74, 78, 99, 100, 103, 108, 127, 135, 154, 156, 165, 174, 183, 185, 190, 197, 199];
        IDataView test = _ml.Data.TrainTestSplit(Data, testFraction: 0.1, seed: 1).TestSet;

        CollectionAssert.AreEqual(expected, Numbers(test));
        CollectionAssert.AreEqual(expected, Numbers(_ml.Data.TrainTestSplit(Data, testFraction: 0.1).TestSet), "the seed of the context");
        Assert.IsFalse(test.CanShuffle, "in another order other rows would be drawn");
    }

    [TestMethod]
    public void Without_any_seed_a_split_takes_42()
    {
        CollectionAssert.AreEqual(Numbers(_ml.Data.TrainTestSplit(Data, seed: 42).TestSet), Numbers(new MLContext().Data.TrainTestSplit(Data).TestSet));
    }

    [TestMethod]
    public void A_real_or_key_column_splits_by_its_value()
    {
        CollectionAssert.AreEqual(Enumerable.Range(0, 20).ToArray(), Numbers(_ml.Data.TrainTestSplit(Data, 0.1, samplingKeyColumnName: "Tenth").TestSet));
        Assert.IsTrue(Numbers(_ml.Data.TrainTestSplit(Data, 0.2, samplingKeyColumnName: "Group").TestSet).All(number => number % 10 < 2));
    }

    [TestMethod]
    public void Folds_share_out_the_drawn_numbers()
    {
        var folds = _ml.Data.CrossValidationSplit(Data, numberOfFolds: 4, seed: 1);

        StartsWith([2, 10, 12, 13, 28, 33, 34, 35, 37, 47], folds[0].TestSet);
        StartsWith([3, 9, 14, 15, 17, 18, 19, 21, 25, 31], folds[1].TestSet);
    }

    [TestMethod]
    public void Shuffling_draws_from_a_pool_of_the_next_rows()
    {
        StartsWith([159, 59, 50, 144, 12, 35, 66, 97, 157, 74], _ml.Data.ShuffleRows(Data, seed: 1));
        StartsWith([7, 3, 4, 10, 2, 6, 9, 11, 15, 12], _ml.Data.ShuffleRows(Data, seed: 1, shufflePoolSize: 10));
        StartsWith([8, 9, 3, 7, 12, 11, 14, 15, 2, 5], _ml.Data.ShuffleRows(Data, seed: 1, shufflePoolSize: 10, shuffleSource: false));
    }

    [TestMethod]
    public void A_source_that_can_be_shuffled_is_shuffled_first()
    {
        StartsWith([159, 186, 85, 170, 107, 16, 35, 114, 116, 174], _ml.Data.ShuffleRows(_ml.Data.Cache(Data), seed: 1, shufflePoolSize: 10));
    }

    [TestMethod]
    public void A_shuffled_view_has_one_order()
    {
        IDataView shuffled = new MLContext().Data.ShuffleRows(Data);
        CollectionAssert.AreEqual(Numbers(shuffled), Numbers(shuffled));
    }

    [TestMethod]
    public void A_bootstrap_sample_repeats_rows_and_its_complement_has_the_others()
    {
        StartsWith([0, 0, 1, 1, 2, 2, 2, 4, 7, 9, 10], _ml.Data.BootstrapSample(Data, seed: 1));
        StartsWith([3, 5, 6, 8, 14, 16, 17, 24, 26, 28], _ml.Data.BootstrapSample(Data, seed: 1, complement: true));
    }

    [TestMethod]
    public void The_copies_of_a_row_have_ids_of_their_own()
    {
        IDataView sample = _ml.Data.BootstrapSample(Data, seed: 3);
        using DataViewRowCursor cursor = sample.GetRowCursor([]);
        ValueGetter<DataViewRowId> read = cursor.GetIdGetter();
        DataViewRowId first = default, second = default;
        cursor.MoveNext();
        read(ref first);
        cursor.MoveNext();
        read(ref second);

        Assert.AreEqual(new DataViewRowId(0x04cd6579179e9e51, 0x9e0a1d2d81d51423), first);
        Assert.AreEqual(new DataViewRowId(0xd1c998c34d881dc3, 0x0caaf02f4606760f), second);
    }
}
