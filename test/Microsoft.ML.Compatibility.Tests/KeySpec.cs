using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class KeySpec
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Animal
    {
        public string Name { get; set; } = "";

        public float Legs { get; set; }
    }

    private static readonly Animal[] s_animals =
        [new() { Name = "dog", Legs = 4 }, new() { Name = "bird", Legs = 2 }, new() { Name = "", Legs = float.NaN }, new() { Name = "dog", Legs = 4 }];

    private IDataView Data => _ml.Data.LoadFromEnumerable(s_animals);

    [TestMethod]
    public void Values_are_numbered_from_1_as_they_occur_and_a_missing_one_is_0()
    {
        IDataView view = _ml.Transforms.Conversion.MapValueToKey("Key", "Name").Append(_ml.Transforms.Conversion.MapValueToKey("Legs")).Fit(Data).Transform(Data);

        CollectionAssert.AreEqual(new uint[] { 1, 2, 0, 1 }, view.GetColumn<uint>("Key").ToArray());
        CollectionAssert.AreEqual(new uint[] { 1, 2, 0, 1 }, view.GetColumn<uint>("Legs").ToArray());
        Assert.AreEqual(new KeyDataViewType(typeof(uint), 2), view.Schema["Key"].Type);
    }

    [TestMethod]
    public void Values_are_numbered_in_their_order_when_asked()
    {
        var ordered = _ml.Transforms.Conversion.MapValueToKey("Key", "Name", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue);
        IDataView view = ordered.Fit(Data).Transform(Data);

        CollectionAssert.AreEqual(new uint[] { 2, 1, 0, 2 }, view.GetColumn<uint>("Key").ToArray());
        VBuffer<ReadOnlyMemory<char>> values = default;
        view.Schema["Key"].GetKeyValues(ref values);
        CollectionAssert.AreEqual(new[] { "bird", "dog" }, values.DenseValues().Select(value => value.ToString()).ToArray());
    }

    [TestMethod]
    public void A_value_that_was_not_there_when_fitting_has_no_key()
    {
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Key", "Name").Fit(_ml.Data.TakeRows(Data, 1));

        CollectionAssert.AreEqual(new uint[] { 1, 0, 0, 1 }, model.Transform(Data).GetColumn<uint>("Key").ToArray());
    }

    [TestMethod]
    public void Keys_go_back_to_values_also_from_a_file()
    {
        var model = _ml.Transforms.Conversion.MapValueToKey("Key", "Name").Append(_ml.Transforms.Conversion.MapValueToKey("LegKey", "Legs"))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key")).Append(_ml.Transforms.Conversion.MapKeyToValue("LegKey")).Fit(Data);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, Data.Schema, stream);
        stream.Position = 0;
        IDataView view = new MLContext().Model.Load(stream, out _).Transform(Data);

        CollectionAssert.AreEqual(new[] { "dog", "bird", "", "dog" }, view.GetColumn<string>("Back").ToArray());
        CollectionAssert.AreEqual(new[] { 4, 2, float.NaN, 4 }, view.GetColumn<float>("LegKey").ToArray());
    }

    [TestMethod]
    public void Only_keys_with_values_go_back()
    {
        var estimator = _ml.Transforms.Conversion.MapKeyToValue("Back", "Name");

        Assert.AreEqual("Metadata KeyValues does not exist", Assert.ThrowsExactly<InvalidOperationException>(() => estimator.Fit(Data)).Message);
        StringAssert.StartsWith(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EstimatorChain<ITransformer>().Append(estimator).Fit(Data)).Message,
            "Schema mismatch for input column 'Name': expected KeyType, got String");
    }
}
