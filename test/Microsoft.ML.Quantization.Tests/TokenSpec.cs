using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>Networks of tokens read integers and keys, vectors and single values.</summary>
[TestClass]
public sealed class TokenSpec
{
    private readonly MLContext _ml = new(seed: 1);

    private static QuantizeObserveOptions Map(string column) => new() { InputColumnName = column, Outputs = [new("Score", "y"), new("Same", "same")] };

    private IDataView Score(QuantizableModel model, string column, TokenRow[] rows)
    {
        IDataView view = _ml.Data.LoadFromEnumerable(rows);
        return _ml.Transforms.QuantizeStatic(model, Map(column)).Fit(view).Transform(view);
    }

    [TestMethod]
    [DataRow("Longs")]
    [DataRow("Ints")]
    [DataRow("Keys")]
    [DataRow("SmallKeys")]
    public void Vectors(string column)
    {
        TokenRow[] rows = TokenRow.Draw(60);
        IDataView scored = Score(Networks.Tokens(), column, rows);
        long[][] same = [.. scored.GetColumn<long[]>("Same")];
        for (int i = 0; i < rows.Length; i++) { CollectionAssert.AreEqual(rows[i].Longs, same[i], "the first category, which the column stores as 1, is token 0"); }
        CollectionAssert.AreEqual(ViewText.Of(Score(Networks.Tokens(), "Longs", rows), ["Score"]), ViewText.Of(scored, ["Score"]));
    }

    [TestMethod]
    [DataRow("Long")]
    [DataRow("Int")]
    [DataRow("Key")]
    public void Single_values(string column)
    {
        TokenRow[] rows = TokenRow.Draw(60);
        IDataView scored = Score(Networks.Tokens(length: 1), column, rows);
        CollectionAssert.AreEqual(rows.Select(row => row.Long).ToArray(), scored.GetColumn<long[]>("Same").Select(tokens => tokens.Single()).ToArray());
    }

    [TestMethod]
    [DataRow("Ints")]
    [DataRow("Keys")]
    public void A_network_of_int32_tokens(string column)
    {
        TokenRow[] rows = TokenRow.Draw(60);
        int[][] same = [.. Score(Networks.Tokens(ElementType.Int32), column, rows).GetColumn<int[]>("Same")];
        for (int i = 0; i < rows.Length; i++) { CollectionAssert.AreEqual(rows[i].Ints, same[i]); }
    }

    [TestMethod]
    public void Columns_of_other_numbers_are_refused_with_what_is_expected()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(TokenRow.Draw(5));
        void Refuses(QuantizableModel model, string column, string part) => StringAssert.Contains(
            Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.QuantizeObserve(model, Map(column)).Fit(view)).Message, part);
        Refuses(Networks.Tokens(), "Floats", "Schema mismatch for input column 'Floats': expected Vector<Int64, 4> or Vector<Int32, 4> or Vector<Key, 4>, got Vector<Single, 4>");
        Refuses(Networks.Tokens(), "Long", "expected Vector<Int64, 4> or Vector<Int32, 4> or Vector<Key, 4>, got Int64");
        Refuses(Networks.Tokens(ElementType.Int32), "Longs", "expected Vector<Int32, 4> or Vector<Key, 4>, got Vector<Int64, 4>");
        Refuses(Networks.Tokens(length: 1), "Longs", "expected Int64 or Vector<Int64, 1> or Int32 or Vector<Int32, 1> or Key or Vector<Key, 1>, got Vector<Int64, 4>");
    }

    [TestMethod]
    public void A_column_of_another_kind_than_the_one_fitted_on_is_refused()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(TokenRow.Draw(5));
        QuantizedModelTransformer transformer = _ml.Transforms.QuantizeStatic(Networks.Tokens(), Map("Keys")).Fit(view);
        IDataView numbers = _ml.Transforms.CopyColumns("Keys", "Longs").Fit(view).Transform(view);
        StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => transformer.Transform(numbers)).Message, "expected Vector<Key<UInt32>, 4>, got Vector<Int64, 4>");
    }

    [TestMethod]
    [DataRow("Keys", 1)]
    [DataRow("Keys", 32)]
    public void A_missing_key_is_refused_with_its_row(string column, int batchSize)
    {
        TokenRow[] rows = TokenRow.Draw(40);
        IDataView good = _ml.Data.LoadFromEnumerable(rows.ToArray());
        QuantizedModelTransformer transformer = _ml.Transforms.QuantizeStatic(Networks.Tokens(), Map(column) with { BatchSize = batchSize }).Fit(good);
        rows[17].Keys[2] = 0;
        IDataView bad = _ml.Data.LoadFromEnumerable(rows);
        Refusal.Of(() => transformer.Transform(bad).GetColumn<float[]>("Score").Count(), "Column 'Keys' holds a missing key in row 17", "Filter such rows or replace missing keys");
        Refusal.Of(() => _ml.Transforms.QuantizeStatic(Networks.Tokens(), Map(column)).Fit(bad), "Column 'Keys' holds a missing key in row 17");
    }

    [TestMethod]
    public void The_file_reads_keys_and_numbers_as_the_pipeline_does()
    {
        foreach (string column in new[] { "Longs", "Ints", "Keys", "SmallKeys" })
        {
            TokenRow[] rows = TokenRow.Draw(30);
            IDataView view = _ml.Data.LoadFromEnumerable(rows);
            QuantizedModelTransformer transformer = _ml.Transforms.QuantizeStatic(Networks.Tokens(), Map(column)).Fit(view);
            IDataView loaded = SavedModel.Reload(transformer, view.Schema, out _).Transform(view);
            SavedModel.AssertSame(transformer.Transform(view), loaded, "Score");
            SavedModel.AssertSame(transformer.Transform(view), loaded, "Same");
        }
    }

    [TestMethod]
    public void A_missing_key_is_refused_by_a_loaded_model_too()
    {
        TokenRow[] rows = TokenRow.Draw(30);
        IDataView good = _ml.Data.LoadFromEnumerable(rows.ToArray());
        ITransformer loaded = SavedModel.Reload(_ml.Transforms.QuantizeStatic(Networks.Tokens(), Map("Keys")).Fit(good), good.Schema, out _);
        rows[3].Keys[0] = 0;
        // ONNX Runtime's own words for an index outside of the table.
        Exception refusal = Assert.Throws<Exception>(() => loaded.Transform(_ml.Data.LoadFromEnumerable(rows)).GetColumn<float[]>("Score").Count());
        StringAssert.Contains(refusal.ToString(), "indices element out of data bounds");
    }
}
