using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class CustomMappingSpec
{
    private readonly MLContext _ml = new(seed: 1);

    public sealed class Source
    {
        public float X { get; set; }
    }

    public sealed class Target
    {
        public float Twice { get; set; }

        [VectorType(2)]
        public float[] Both { get; set; } = [];
    }

    private sealed class Row
    {
        public float X { get; set; }

        public string Name { get; set; } = "";
    }

    [CustomMappingFactoryAttribute("Double it")]
    public sealed class Doubling : CustomMappingFactory<Source, Target>
    {
        public override Action<Source, Target> GetMapping() => Map;
    }

    private static void Map(Source source, Target target)
    {
        target.Twice = 2 * source.X;
        target.Both = [source.X, target.Twice];
    }

    private IDataView Data => _ml.Data.LoadFromEnumerable(new[] { new Row { X = 1, Name = "a" }, new Row { X = 5, Name = "b" } });

    [TestMethod]
    public void A_method_makes_columns_of_columns()
    {
        IDataView mapped = _ml.Transforms.CustomMapping<Source, Target>(Map, null).Fit(Data).Transform(Data);

        CollectionAssert.AreEqual(new[] { 2f, 10f }, mapped.GetColumn<float>("Twice").ToArray());
        CollectionAssert.AreEqual(new[] { 5f, 10f }, mapped.GetColumn<float[]>("Both").Last());
        CollectionAssert.AreEqual(new[] { "a", "b" }, mapped.GetColumn<string>("Name").ToArray());
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 2), mapped.Schema["Both"].Type);
    }

    [TestMethod]
    public void It_is_called_once_for_each_row()
    {
        int calls = 0;
        IDataView mapped = _ml.Transforms.CustomMapping<Source, Target>((source, target) => { calls++; Map(source, target); }, null).Fit(Data).Transform(Data);
        using DataViewRowCursor cursor = mapped.GetRowCursor(mapped.Schema);
        ValueGetter<float> twice = cursor.GetGetter<float>(mapped.Schema["Twice"]);
        ValueGetter<VBuffer<float>> both = cursor.GetGetter<VBuffer<float>>(mapped.Schema["Both"]);
        float value = 0;
        VBuffer<float> values = default;
        while (cursor.MoveNext())
        {
            both(ref values);
            twice(ref value);
            Assert.AreEqual(values.GetItemOrDefault(1), value);
        }
        Assert.AreEqual(2, calls);
    }

    [TestMethod]
    public void A_contract_brings_the_method_back()
    {
        ITransformer fitted = _ml.Transforms.CustomMapping<Source, Target>(Map, "Double it").Append(_ml.Transforms.CopyColumns("Score", "Twice")).Fit(Data);
        using var stream = new MemoryStream();
        _ml.Model.Save(fitted, Data.Schema, stream);
        stream.Position = 0;
        var other = new MLContext();
        other.ComponentCatalog.RegisterAssembly(typeof(Doubling).Assembly);

        CollectionAssert.AreEqual(new[] { 2f, 10f }, other.Model.Load(stream, out _).Transform(Data).GetColumn<float>("Score").ToArray());
    }

    [TestMethod]
    public void Without_a_contract_it_cannot_be_saved()
    {
        ITransformer fitted = _ml.Transforms.CustomMapping<Source, Target>(Map, null).Fit(Data);
        var wrong = Assert.Throws<Exception>(() => _ml.Model.Save(fitted, Data.Schema, new MemoryStream()));
        StringAssert.Contains(wrong.Message, "contract name");
    }

    [TestMethod]
    public void A_save_that_fails_throws_and_names_the_contract_also_for_a_path()
    {
        // ML.NET itself leaves a file of no use behind; the subset writes to another name first.
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            ITransformer fitted = _ml.Transforms.CustomMapping<Source, Target>(Map, null).Fit(Data);
            string path = Path.Combine(folder.FullName, "model.zip");
            StringAssert.Contains(Assert.Throws<Exception>(() => _ml.Model.Save(fitted, Data.Schema, path)).Message, "contract name");
            if (typeof(MLContext).Assembly.GetName().Name == "Microsoft.ML.Compatibility") { Assert.AreEqual(0, folder.GetFiles().Length); }
            _ml.Model.Save(_ml.Transforms.CopyColumns("Y", "X").Fit(Data), Data.Schema, path);
            Assert.AreEqual(1, folder.GetFiles().Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestMethod]
    public void A_missing_or_different_column_is_named()
    {
        IDataView wrong = _ml.Data.LoadFromEnumerable(new[] { new { Y = 1f } }), text = _ml.Data.LoadFromEnumerable(new[] { new { X = "1" } });
        var estimator = new EstimatorChain<ITransformer>().Append(_ml.Transforms.CustomMapping<Source, Target>(Map, null));

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(wrong)).Message, "'X'");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(text)).Message, "'X'");
    }

    [TestMethod]
    public void A_prediction_engine_runs_it()
    {
        using PredictionEngine<Row, Target> engine = _ml.Model.CreatePredictionEngine<Row, Target>(_ml.Transforms.CustomMapping<Source, Target>(Map, null).Fit(Data));
        Assert.AreEqual(6f, engine.Predict(new() { X = 3 }).Twice);
        Assert.AreEqual(8f, engine.Predict(new() { X = 4 }).Twice);
    }
}
