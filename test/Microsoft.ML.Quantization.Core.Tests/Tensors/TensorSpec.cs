using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Tensors;

[TestClass]
public sealed class TensorSpec
{
    [TestMethod]
    public void Shapes_count_their_elements()
    {
        Assert.AreEqual(24, new Shape(2, 3, 4).Length);
        Assert.AreEqual(1, Shape.Scalar.Length);
        Assert.AreEqual(1, default(Shape).Length);
        Assert.AreEqual(0, new Shape(3, 0).Length);
        Assert.AreEqual(Shape.Scalar, default);
        Assert.AreEqual("[2, 3]", new Shape(2, 3).ToString());
        Assert.IsTrue(new Shape(2, 3) != new Shape(3, 2));
        Assert.AreEqual(0, new Shape(int.MaxValue, int.MaxValue, 0).Length, "an empty tensor has no elements, however large its other axes");
    }

    [TestMethod]
    public void Impossible_tensors_are_refused()
    {
        Refusal.Of(() => _ = new Shape(2, -1), "size -1", "0 or more");
        Refusal.Of(() => _ = new Shape(1 << 20, 1 << 20), "[1048576, 1048576]", "smaller batches");
        Refusal.Of(() => _ = new Shape(1 << 30, 1 << 30, 1 << 30, 1 << 30), "smaller batches");
        Refusal.Of(() => _ = new Tensor(ElementType.Float32, new Shape(2), new byte[7]), "float32[2]", "8 bytes", "found 7");
        Refusal.Of(() => new Tensor(ElementType.Float32, new Shape(2)).AsSpan<int>(), "float32", "read as int32");
        Refusal.Of(() => Tensor.Create<float>([1f], new Shape(2)), "8 bytes");
        Refusal.Of(() => ElementTypes.Of<char>(), "Char");
        Refusal.Of(() => ElementTypes.Parse("float31"), "'float31'", "float32", "quint4x2");
    }

    [TestMethod]
    public void Quantized_tensors_are_read_as_their_storage()
    {
        var tensor = new Tensor(ElementType.QUInt8, new Shape(2), [1, 2]);
        CollectionAssert.AreEqual(new byte[] { 1, 2 }, tensor.AsSpan<byte>().ToArray());
        Assert.AreEqual("quint8[2, 1]", tensor.Reshape(new Shape(2, 1)).ToString());
        Assert.AreEqual(7L, Tensor.Scalar(7L).AsSpan<long>()[0]);
    }

    [TestMethod]
    public void Every_element_type_has_a_name_and_a_size()
    {
        foreach (ElementType type in Enum.GetValues<ElementType>())
        {
            Assert.AreEqual(type, ElementTypes.Parse(type.Name()));
            Assert.AreEqual(type.SizeInBytes(), type.Storage().SizeInBytes());
        }
    }
}
