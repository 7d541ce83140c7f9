using Microsoft.ML.Data;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class SchemaSpec
{
    [TestMethod]
    public void Of_two_columns_with_one_name_the_last_is_found_and_the_first_is_hidden()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("A", NumberDataViewType.Single);
        builder.AddColumn("A", NumberDataViewType.Double);
        DataViewSchema schema = builder.ToSchema();

        Assert.AreEqual(1, schema["A"].Index);
        Assert.IsTrue(schema[0].IsHidden);
        Assert.IsFalse(schema[1].IsHidden);
    }

    [TestMethod]
    public void A_missing_column_is_named()
    {
        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DataViewSchema.Builder().ToSchema()["A"]);
        Assert.AreEqual("name", missing.ParamName);
        StringAssert.StartsWith(missing.Message, "Column 'A' not found");
    }

    [TestMethod]
    public void An_annotation_is_read_with_the_type_it_was_written_with()
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.AddPrimitiveValue("Answer", NumberDataViewType.Int32, 42);
        DataViewSchema.Annotations annotations = builder.ToAnnotations();

        int answer = 0;
        annotations.GetValue("Answer", ref answer);
        Assert.AreEqual(42, answer);
        long wrong = 0;
        Assert.ThrowsExactly<InvalidOperationException>(() => annotations.GetValue("Answer", ref wrong));
        Assert.ThrowsExactly<InvalidOperationException>(() => annotations.GetValue("Question", ref answer));
        Assert.ThrowsExactly<ArgumentException>(() => builder.Add("Bad", NumberDataViewType.Int32, (ref long value) => value = 1));
    }

    [TestMethod]
    public void Types_print_as_ML_NET_prints_them()
    {
        Assert.AreEqual("Vector<Single, 3>", new VectorDataViewType(NumberDataViewType.Single, 3).ToString());
        Assert.AreEqual("Vector<Single>", new VectorDataViewType(NumberDataViewType.Single).ToString());
        Assert.AreEqual("Vector<Single, 1, 28, 28>", new VectorDataViewType(NumberDataViewType.Single, 1, 28, 28).ToString());
        Assert.AreEqual("Vector<Single, *, 4>", new VectorDataViewType(NumberDataViewType.Single, 0, 4).ToString());
        Assert.AreEqual("Key<UInt32, 0-9>", new KeyDataViewType(typeof(uint), 10).ToString());
        Assert.AreEqual("String", TextDataViewType.Instance.ToString());
    }

    [TestMethod]
    public void A_vector_type_knows_its_size_when_all_dimensions_are_known()
    {
        Assert.AreEqual(784, new VectorDataViewType(NumberDataViewType.Single, 1, 28, 28).Size);
        Assert.IsFalse(new VectorDataViewType(NumberDataViewType.Single, 0, 28).IsKnownSize);
        Assert.AreNotEqual(new VectorDataViewType(NumberDataViewType.Single, 4), new VectorDataViewType(NumberDataViewType.Single, 2, 2));
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 2, 2).GetHashCode(), new VectorDataViewType(NumberDataViewType.Single, 2, 2).GetHashCode());
    }

    [TestMethod]
    public void A_key_has_an_unsigned_type_and_at_least_one_category()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(int), 3));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(byte), 256));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(uint), 0));
        Assert.AreEqual(255ul, new KeyDataViewType(typeof(byte), 255).Count);
    }
}
