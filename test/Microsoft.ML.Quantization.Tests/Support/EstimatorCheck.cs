using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>
/// What ML.NET's own tests ask of every estimator: it refuses what it cannot read before it reads a row, promises the schema that its transformer
/// gives, and its transformer gives the same values through every door, and again after it was saved and loaded.
/// </summary>
internal static class EstimatorCheck
{
    /// <param name="estimator">The estimator.</param>
    /// <param name="valid">A view to fit and to score; it can be shuffled.</param>
    /// <param name="scores">The columns that the estimator appends.</param>
    /// <param name="invalid">Views that it must refuse.</param>
    /// <param name="isKept">Whether a saved model keeps the step, or loads as one that does nothing.</param>
    /// <param name="tolerance">How far the scores of the loaded model may be off, relative to those of 1 and more.</param>
    public static void Run(IEstimator<ITransformer> estimator, IDataView valid, string[] scores, IDataView[] invalid, bool isKept = true, double tolerance = SavedModel.Tolerance)
    {
        Assert.IsTrue(valid.CanShuffle && invalid.Length > 0, "the check needs such views");
        Promises(estimator, valid);
        ITransformer transformer = estimator.Fit(valid);
        foreach (IDataView view in invalid) { Refuses(estimator, transformer, view); }
        IDataView scored = transformer.Transform(valid);
        CollectionAssert.IsSubsetOf(scores, scored.Schema.Select(column => column.Name).ToArray());
        Schemas(transformer, valid, scored);
        Mapper(transformer, valid, scored, scores);
        Cursors(valid, scored, scores);
        UsableAfterDispose(transformer, valid, scores);
        Reloaded(transformer, valid, scores, isKept, tolerance);
    }

    private static void Promises(IEstimator<ITransformer> estimator, IDataView valid)
    {
        var probe = new ShapeProbe();
        estimator.Append(probe).Fit(valid);
        probe.AssertAgreement();
    }

    private static void Refuses(IEstimator<ITransformer> estimator, ITransformer transformer, IDataView invalid)
    {
        var counting = new CountingView(invalid);
        Refuses(() => estimator.Fit(counting));
        Refuses(() => new EstimatorChain<ITransformer>().Append(estimator).Fit(counting));
        Assert.AreEqual(0, counting.Cursors, "refused before a cursor is opened");
        Refuses(() => transformer.GetOutputSchema(invalid.Schema));
        Refuses(() => transformer.Transform(invalid));
        Refuses(() => transformer.GetRowToRowMapper(invalid.Schema));
    }

    private static void Refuses(Action action)
    {
        Exception refusal = Assert.Throws<Exception>(action);
        Assert.IsTrue(refusal is ArgumentOutOfRangeException { ParamName: "inputSchema" } or InvalidOperationException, $"{refusal}");
    }

    private static void Schemas(ITransformer transformer, IDataView valid, IDataView scored)
    {
        string[] expected = [.. transformer.GetOutputSchema(valid.Schema).Select(Describe)];
        CollectionAssert.AreEqual(expected, scored.Schema.Select(Describe).ToArray());
        CollectionAssert.IsSubsetOf(valid.Schema.Select(column => $"{column.Name} {column.Type}").ToArray(), scored.Schema.Select(column => $"{column.Name} {column.Type}").ToArray());
        Assert.AreEqual(valid.GetRowCount(), scored.GetRowCount());
        Assert.AreEqual(valid.CanShuffle, scored.CanShuffle);
    }

    private static void Mapper(ITransformer transformer, IDataView valid, IDataView scored, string[] scores)
    {
        Assert.IsTrue(transformer.IsRowToRowMapper);
        IRowToRowMapper mapper = transformer.GetRowToRowMapper(valid.Schema);
        Assert.AreSame(valid.Schema, mapper.InputSchema);
        CollectionAssert.AreEqual(scored.Schema.Select(Describe).ToArray(), mapper.OutputSchema.Select(Describe).ToArray());
        Assert.AreEqual(0, mapper.GetDependencies([]).Count());
        DataViewSchema.Column[] wanted = [.. scores.Select(name => mapper.OutputSchema[name])];
        DataViewSchema.Column[] needed = [.. mapper.GetDependencies(wanted)];
        Assert.IsTrue(needed.Length > 0 && needed.All(column => valid.Schema[column.Index].Name == column.Name));

        using DataViewRowCursor cursor = valid.GetRowCursor(needed);
        DataViewRow row = mapper.GetRow(cursor, wanted);
        Func<string>[] readers = [.. wanted.Select(column => ViewText.Reader(row, column))];
        var found = new List<string>();
        while (cursor.MoveNext()) { found.Add(string.Join('|', readers.Select(read => read()))); }
        CollectionAssert.AreEqual(Values(scored, scores), found);
    }

    private static void Cursors(IDataView valid, IDataView scored, string[] scores)
    {
        string[] all = ViewText.Of(scored);
        Assert.IsTrue(all.Length > 0);
        CollectionAssert.AreEqual(all, ViewText.Of(scored), "read again");
        Assert.AreEqual(all.Length, ViewText.Of(scored, []).Length, "read without columns");
        string[] unordered = [.. ViewText.Of(scored, positions: false).Order(StringComparer.Ordinal)];
        CollectionAssert.AreEqual(unordered, ViewText.Of(scored, seed: 3, positions: false).Order(StringComparer.Ordinal).ToArray(), "shuffled");
        CollectionAssert.AreEqual(ViewText.Of(valid, [], seed: 3), ViewText.Of(scored, [], seed: 3), "shuffled as the source is");
        CollectionAssert.AreEqual(unordered, ViewText.OfSet(scored, 3), "a set of cursors");
        foreach (string name in scores) { Assert.AreEqual(all.Length, ViewText.Of(scored, [name]).Length); }
    }

    private static void UsableAfterDispose(ITransformer transformer, IDataView valid, string[] scores)
    {
        string[] before = Values(transformer.Transform(valid), scores);
        (transformer as IDisposable)?.Dispose();
        CollectionAssert.AreEqual(before, Values(transformer.Transform(valid), scores), "after Dispose, which a PredictionEngine calls");
    }

    private static void Reloaded(ITransformer transformer, IDataView valid, string[] scores, bool isKept, double tolerance)
    {
        ITransformer loaded = SavedModel.Reload(transformer, valid.Schema, out DataViewSchema schema);
        CollectionAssert.AreEqual(valid.Schema.Select(column => $"{column.Name} {column.Type}").ToArray(), schema.Select(column => $"{column.Name} {column.Type}").ToArray());
        IDataView again = loaded.Transform(valid);
        if (!isKept)
        {
            CollectionAssert.AreEqual(valid.Schema.Select(Describe).ToArray(), again.Schema.Select(Describe).ToArray());
            return;
        }
        IDataView scored = transformer.Transform(valid);
        CollectionAssert.AreEqual(scored.Schema.Select(Describe).ToArray(), again.Schema.Select(Describe).ToArray());
        foreach (string name in scores) { SavedModel.AssertSame(scored, again, name, tolerance); }
    }

    private static string[] Values(IDataView view, string[] names)
    {
        DataViewSchema.Column[] columns = [.. names.Select(name => view.Schema[name])];
        using DataViewRowCursor cursor = view.GetRowCursor(columns);
        Func<string>[] readers = [.. columns.Select(column => ViewText.Reader(cursor, column))];
        var found = new List<string>();
        while (cursor.MoveNext()) { found.Add(string.Join('|', readers.Select(read => read()))); }
        return [.. found];
    }

    private static string Describe(DataViewSchema.Column column) =>
        $"{column.Name} {column.Type} {(column.IsHidden ? "hidden " : "")}[{string.Join(", ", column.Annotations.Schema.Select(annotation => $"{annotation.Name} {annotation.Type}"))}]";
}
