using Microsoft.ML.Data;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class ChainSpec
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Sample
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public float Extra { get; set; }
    }

    private sealed class Joined
    {
        public float[] All { get; set; } = [];
    }

    private static readonly Sample[] s_samples = [.. Enumerable.Range(0, 200).Select(i => new Sample { Features = [i, -i], Extra = i * 10 })];

    private IDataView Data => _ml.Data.LoadFromEnumerable(s_samples);

    /// <summary>Remembers the shape it is asked about.</summary>
    private sealed class Probe : IEstimator<ITransformer>
    {
        public SchemaShape? Shape { get; private set; }

        public bool Fitted { get; private set; }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Shape = inputSchema;

        public ITransformer Fit(IDataView input)
        {
            Fitted = true;
            return new TransformerChain<ITransformer>();
        }
    }

    [TestMethod]
    public void A_chain_hands_shapes_with_annotations_to_its_estimators_before_it_fits()
    {
        var probe = new Probe();
        _ml.Transforms.Concatenate("All", "Features", "Extra").Append(probe).Fit(Data);

        SchemaShape.Column all = probe.Shape!.Single(column => column.Name == "All");
        Assert.AreEqual(SchemaShape.Column.VectorKind.Vector, all.Kind);
        Assert.AreEqual(NumberDataViewType.Single, all.ItemType);
        Assert.IsTrue(all.Annotations.Any(annotation => annotation.Name == "SlotNames"));
    }

    [TestMethod]
    public void The_shape_of_a_schema_keeps_the_annotations_of_its_columns()
    {
        IDataView joined = _ml.Transforms.Concatenate("All", "Features", "Extra").Fit(Data).Transform(Data);
        var probe = new Probe();
        new EstimatorChain<ITransformer>().Append(probe).Fit(joined);

        SchemaShape.Column all = probe.Shape!.Single(column => column.Name == "All");
        Assert.AreEqual("SlotNames", all.Annotations.Single().Name);
        Assert.AreEqual(SchemaShape.Column.VectorKind.Vector, all.Annotations.Single().Kind);
    }

    [TestMethod]
    public void A_hidden_column_is_not_part_of_the_shape_and_a_key_is_its_raw_type()
    {
        IDataView view = _ml.Transforms.CopyColumns("Extra", "Features").Fit(Data).Transform(Data);
        var probe = new Probe();
        new EstimatorChain<ITransformer>().Append(probe).Fit(view);

        Assert.AreEqual(SchemaShape.Column.VectorKind.Vector, probe.Shape!.Single(column => column.Name == "Extra").Kind);
    }

    [TestMethod]
    public void A_missing_input_is_reported_before_anything_is_fitted()
    {
        var probe = new Probe();
        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            new EstimatorChain<ITransformer>().Append(probe).Append(_ml.Transforms.CopyColumns("B", "Nobody")).Fit(Data));

        Assert.AreEqual("inputSchema", missing.ParamName);
        StringAssert.StartsWith(missing.Message, "Could not find input column 'Nobody'");
        Assert.IsFalse(probe.Fitted);
    }

    [TestMethod]
    public void A_replacement_stands_beside_the_column_it_hides()
    {
        DataViewSchema schema = _ml.Transforms.CopyColumns("Features", "Extra").Fit(Data).Transform(Data).Schema;

        CollectionAssert.AreEqual(new[] { "Features", "Features", "Extra" }, schema.Select(column => column.Name).ToArray());
        Assert.IsTrue(schema[0].IsHidden);
        Assert.AreEqual(NumberDataViewType.Single, schema["Features"].Type);
    }

    [TestMethod]
    public void Concatenate_joins_values_and_names_the_slots_of_scalars()
    {
        IDataView view = _ml.Transforms.Concatenate("All", "Features", "Extra").Fit(Data).Transform(Data);

        CollectionAssert.AreEqual(new float[] { 3, -3, 30 }, view.GetColumn<float[]>("All").ElementAt(3));
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema["All"].GetSlotNames(ref names);
        Assert.AreEqual("Extra", names.GetItemOrDefault(2).ToString());
    }

    [TestMethod]
    public void CopyColumns_keeps_annotations()
    {
        IDataView view = _ml.Transforms.Concatenate("All", "Features", "Extra").Append(_ml.Transforms.CopyColumns("Twin", "All")).Fit(Data).Transform(Data);

        Assert.IsTrue(view.Schema["Twin"].HasSlotNames());
    }

    [TestMethod]
    public void SelectColumns_and_DropColumns_keep_what_they_say()
    {
        CollectionAssert.AreEqual(new[] { "Extra" }, Names(_ml.Transforms.SelectColumns("Extra").Fit(Data).Transform(Data)));
        CollectionAssert.AreEqual(new[] { "Features" }, Names(_ml.Transforms.DropColumns("Extra").Fit(Data).Transform(Data)));

        static string[] Names(IDataView view) => [.. view.Schema.Select(column => column.Name)];
    }

    [TestMethod]
    public void A_cache_checkpoint_changes_no_value()
    {
        IDataView view = _ml.Transforms.CopyColumns("Copy", "Extra").AppendCacheCheckpoint(_ml)
            .Append(_ml.Transforms.Concatenate("All", "Copy", "Extra")).Fit(Data).Transform(Data);

        CollectionAssert.AreEqual(new float[] { 70, 70 }, view.GetColumn<float[]>("All").ElementAt(7));
    }

    [TestMethod]
    public void A_chain_keeps_its_last_estimator_and_transformer_in_their_types()
    {
        var chain = _ml.Transforms.CopyColumns("Copy", "Extra").Append(_ml.Transforms.Concatenate("All", "Copy", "Extra"));
        TransformerChain<ColumnConcatenatingTransformer> fitted = chain.Fit(Data);

        Assert.IsNotNull(chain.LastEstimator);
        Assert.IsNotNull(fitted.LastTransformer);
        Assert.AreEqual(2, fitted.Count());
        Assert.IsTrue(((ITransformer)fitted).IsRowToRowMapper);
        Assert.IsNull(new EstimatorChain<ITransformer>().LastEstimator);
    }

    [TestMethod]
    public void A_step_for_training_only_is_left_out_when_scoring()
    {
        var chain = new EstimatorChain<ITransformer>()
            .Append(_ml.Transforms.CopyColumns("Training", "Extra"), TransformerScope.Training)
            .Append(_ml.Transforms.CopyColumns("Always", "Extra"));
        DataViewSchema schema = chain.Fit(Data).Transform(Data).Schema;

        Assert.IsNull(schema.GetColumnOrNull("Training"));
        Assert.IsNotNull(schema.GetColumnOrNull("Always"));
    }

    [TestMethod]
    public void A_prediction_engine_gives_what_the_view_gives()
    {
        var model = _ml.Transforms.CopyColumns("Copy", "Extra").Append(_ml.Transforms.Concatenate("All", "Features", "Copy")).Fit(Data);
        using PredictionEngine<Sample, Joined> engine = _ml.Model.CreatePredictionEngine<Sample, Joined>(model);

        CollectionAssert.AreEqual(new float[] { 5, -5, 50 }, engine.Predict(s_samples[5]).All);
        CollectionAssert.AreEqual(new float[] { 6, -6, 60 }, engine.Predict(s_samples[6]).All);
    }

    [TestMethod]
    public void A_prediction_engine_with_a_schema_wants_every_output_member()
    {
        var model = _ml.Transforms.CopyColumns("Copy", "Extra").Fit(Data);

        Assert.IsEmpty(_ml.Model.CreatePredictionEngine<Sample, Joined>(model).Predict(s_samples[5]).All);
        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Model.CreatePredictionEngine<Sample, Joined>(model, Data.Schema));
        StringAssert.Contains(missing.Message, "'All'");
    }

    [TestMethod]
    public void A_saved_chain_loads_with_its_schema_and_gives_the_same_values()
    {
        var model = _ml.Transforms.CopyColumns("Copy", "Extra").Append(_ml.Transforms.Concatenate("All", "Features", "Copy"))
            .Append(_ml.Transforms.SelectColumns("All")).Fit(Data);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, Data.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(stream, out DataViewSchema schema);

        CollectionAssert.AreEqual(Data.Schema.Select(column => column.ToString()).ToArray(), schema.Select(column => column.ToString()).ToArray());
        CollectionAssert.AreEqual(new float[] { 9, -9, 90 }, loaded.Transform(Data).GetColumn<float[]>("All").ElementAt(9));
    }

    [TestMethod]
    public void Preview_shows_100_rows_and_hidden_columns()
    {
        DataDebuggerPreview preview = _ml.Transforms.CopyColumns("Features", "Extra").Fit(Data).Preview(Data);

        Assert.HasCount(100, preview.RowView);
        Assert.HasCount(3, preview.ColumnView);
        Assert.AreEqual(50f, preview.ColumnView[2].Values[5]);
    }
}
