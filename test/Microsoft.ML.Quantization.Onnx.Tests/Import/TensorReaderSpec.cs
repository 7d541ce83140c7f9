using Google.Protobuf;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx.Tests;

[TestClass]
public sealed class TensorReaderSpec
{
    [TestMethod]
    public void Elements_are_read_from_the_list_of_their_type()
    {
        CollectionAssert.AreEqual(new[] { 1.5f, -2f }, Read(new() { DataType = 1, Dims = { 2 }, FloatData = { 1.5f, -2f } }).AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 1.5 }, Read(new() { DataType = 11, Dims = { 1 }, DoubleData = { 1.5 } }).AsSpan<double>().ToArray());
        CollectionAssert.AreEqual(new[] { long.MinValue, 3L }, Read(new() { DataType = 7, Dims = { 2 }, Int64Data = { long.MinValue, 3 } }).AsSpan<long>().ToArray());
        CollectionAssert.AreEqual(new[] { -5 }, Read(new() { DataType = 6, Dims = { 1 }, Int32Data = { -5 } }).AsSpan<int>().ToArray());
        CollectionAssert.AreEqual(new short[] { -5 }, Read(new() { DataType = 5, Dims = { 1 }, Int32Data = { -5 } }).AsSpan<short>().ToArray());
        CollectionAssert.AreEqual(new ushort[] { 65535 }, Read(new() { DataType = 4, Dims = { 1 }, Int32Data = { 65535 } }).AsSpan<ushort>().ToArray());
        CollectionAssert.AreEqual(new sbyte[] { -128, 127 }, Read(new() { DataType = 3, Dims = { 2 }, Int32Data = { -128, 127 } }).AsSpan<sbyte>().ToArray());
        CollectionAssert.AreEqual(new byte[] { 255, 0 }, Read(new() { DataType = 2, Dims = { 2 }, Int32Data = { 255, 0 } }).AsSpan<byte>().ToArray());
        CollectionAssert.AreEqual(new[] { (Half)1.5f }, Read(new() { DataType = 10, Dims = { 1 }, Int32Data = { BitConverter.HalfToUInt16Bits((Half)1.5f) } }).AsSpan<Half>().ToArray());
        CollectionAssert.AreEqual(new[] { uint.MaxValue }, Read(new() { DataType = 12, Dims = { 1 }, Uint64Data = { uint.MaxValue } }).AsSpan<uint>().ToArray());
        CollectionAssert.AreEqual(new[] { ulong.MaxValue }, Read(new() { DataType = 13, Dims = { 1 }, Uint64Data = { ulong.MaxValue } }).AsSpan<ulong>().ToArray());
        CollectionAssert.AreEqual(new[] { true, false }, Read(new() { DataType = 9, Dims = { 2 }, Int32Data = { 1, 0 } }).AsSpan<bool>().ToArray());
    }

    [TestMethod]
    public void Elements_are_read_from_raw_bytes()
    {
        CollectionAssert.AreEqual(new[] { 1f }, Read(new() { DataType = 1, RawData = ByteString.CopyFrom(0, 0, 0x80, 0x3F) }).AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(new byte[] { 1, 0 }, Read(new() { DataType = 9, Dims = { 2 }, RawData = ByteString.CopyFrom(7, 0) }).Bytes.ToArray());
    }

    [TestMethod]
    public void A_tensor_of_no_elements_needs_no_bytes()
    {
        Assert.AreEqual("float32[0, 4]", Read(new() { DataType = 1, Dims = { 0, 4 } }).ToString());
        Assert.AreEqual("float32[0]", Read(new() { DataType = 1, Dims = { 0 }, RawData = ByteString.Empty }).ToString());
    }

    [TestMethod]
    public void Sizes_are_checked_against_the_elements_that_are_there()
    {
        Refused(new() { DataType = 1, Dims = { 3 }, FloatData = { 1f, 2f } }, "Constant 'w'", "float32[3]", "needs 3 elements; found 2");
        Refused(new() { DataType = 1, Dims = { 3 }, RawData = ByteString.CopyFrom(1, 2) }, "needs 12 bytes; found 2");
        Refused(new() { DataType = 1, Dims = { 1 << 30, 1 << 30, 1 << 30 }, RawData = ByteString.CopyFrom(1, 2) }, "needs over 2^60 bytes; found 2");
        Refused(new() { DataType = 1, Dims = { 1L << 62 } }, "size 4611686018427387904 on axis 0");
        Refused(new() { DataType = 1, Dims = { 2, -1 } }, "size -1 on axis 1");
        Refused(new() { DataType = 1, Dims = { Enumerable.Repeat(1L, 33) }, FloatData = { 1f } }, "33 axes");
    }

    [TestMethod]
    public void A_number_outside_the_range_of_its_type_is_refused()
    {
        Refused(new() { DataType = 2, Dims = { 1 }, Int32Data = { 256 } }, "holds 256, which is no uint8");
        Refused(new() { DataType = 3, Dims = { 1 }, Int32Data = { -129 } }, "-129", "int8");
        Refused(new() { DataType = 12, Dims = { 1 }, Uint64Data = { 1UL << 32 } }, "4294967296", "uint32");
    }

    [TestMethod]
    [DataRow(0, "undefined")]
    [DataRow(8, "string")]
    [DataRow(14, "complex64")]
    [DataRow(16, "bfloat16")]
    [DataRow(22, "int4")]
    [DataRow(999, "number 999")]
    [DataRow(-3, "number -3")]
    public void An_element_type_that_is_not_supported_is_named(int type, string name) => Refused(new() { DataType = type, Dims = { 1 } }, "Constant 'w'", name);

    private static Tensor Read(TensorProto message) => TensorReader.Read(TensorProto.Parser.ParseFrom(message.ToByteArray()), "Constant 'w'", new ExternalWeights(null));

    private static void Refused(TensorProto message, params string[] parts) => SmallModel.Refused(() => Read(message), parts);
}
