using Microsoft.ML.Data;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class ConvertSpec
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Row
    {
        public int Int { get; set; }

        public bool Flag { get; set; }

        public string Text { get; set; } = "";

        public uint Wide { get; set; }

        public double Real { get; set; }

        public TimeSpan Time { get; set; }

        [KeyType(300)]
        public uint Key { get; set; }

        [VectorType(2)]
        public long[] V { get; set; } = [];
    }

    private IDataView Data => _ml.Data.LoadFromEnumerable(new[]
    {
        new Row { Int = -300, Flag = true, Text = "1.5", Wide = 300, Real = 0.1, Time = new TimeSpan(7), Key = 4, V = [1, -2] },
        new Row { Int = 5, Flag = false, Text = "word", Wide = 7, Real = double.NaN, Time = default, Key = 299, V = [3, 0] },
    });

    private T[] Convert<T>(string column, DataKind kind) => [.. _ml.Transforms.Conversion.ConvertType("Out", column, kind).Fit(Data).Transform(Data).GetColumn<T>("Out")];

    [TestMethod]
    public void Single_is_what_values_become_unless_said_otherwise()
    {
        IDataView converted = _ml.Transforms.Conversion.ConvertType("Out", "V").Fit(Data).Transform(Data);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 2), converted.Schema["Out"].Type);
        CollectionAssert.AreEqual(new[] { 1f, -2f }, converted.GetColumn<float[]>("Out").First());
    }

    [TestMethod]
    public void Numbers_become_numbers()
    {
        CollectionAssert.AreEqual(new[] { -300.0, 5 }, Convert<double>("Int", DataKind.Double));
        CollectionAssert.AreEqual(new[] { unchecked((sbyte)-300), (sbyte)5 }, Convert<sbyte>("Int", DataKind.SByte), "signed integers lose their upper bits");
        CollectionAssert.AreEqual(new byte[] { 0, 7 }, Convert<byte>("Wide", DataKind.Byte), "unsigned ones that are too large become 0");
        CollectionAssert.AreEqual(new[] { 0.1f, float.NaN }, Convert<float>("Real", DataKind.Single));
        CollectionAssert.AreEqual(new[] { 7L, 0L }, Convert<long>("Time", DataKind.Int64));
    }

    [TestMethod]
    public void Booleans_become_1_and_0_and_numbers_booleans()
    {
        IDataView converted = _ml.Transforms.Conversion.ConvertType("Out", "Flag").Fit(Data).Transform(Data);
        CollectionAssert.AreEqual(new[] { 1f, 0f }, converted.GetColumn<float>("Out").ToArray());
        Assert.IsTrue(converted.Schema["Out"].IsNormalized());
        CollectionAssert.AreEqual(new[] { true, true }, Convert<bool>("Int", DataKind.Boolean));
    }

    [TestMethod]
    public void Text_is_read_and_written()
    {
        CollectionAssert.AreEqual(new[] { 1.5f, float.NaN }, Convert<float>("Text", DataKind.Single));
        CollectionAssert.AreEqual(new[] { "-300", "5" }, Convert<string>("Int", DataKind.String));
        CollectionAssert.AreEqual(new[] { "True", "False" }, Convert<string>("Flag", DataKind.String));
    }

    [TestMethod]
    public void Keys_stay_keys()
    {
        IDataView converted = _ml.Transforms.Conversion.ConvertType("Out", "Key", DataKind.UInt16).Fit(Data).Transform(Data);
        Assert.AreEqual(new KeyDataViewType(typeof(ushort), 300), converted.Schema["Out"].Type);
        CollectionAssert.AreEqual(new ushort[] { 5, 300 }, converted.GetColumn<ushort>("Out").ToArray());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Convert<byte>("Key", DataKind.Byte), "300 values do not fit");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Convert<float>("Key", DataKind.Single));
    }

    [TestMethod]
    public void What_has_no_conversion_is_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Convert<int>("Real", DataKind.Int32));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Convert<uint>("Int", DataKind.UInt32));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EstimatorChain<ITransformer>().Append(_ml.Transforms.Conversion.ConvertType("Out", "Real", DataKind.Int32)).Fit(Data));
    }

    [TestMethod]
    public void A_saved_conversion_converts_again()
    {
        ITransformer fitted = _ml.Transforms.Conversion.ConvertType([new InputOutputColumnPair("A", "Int"), new InputOutputColumnPair("B", "V")], DataKind.Int64).Fit(Data);
        using var stream = new MemoryStream();
        _ml.Model.Save(fitted, Data.Schema, stream);
        stream.Position = 0;
        IDataView converted = _ml.Model.Load(stream, out _).Transform(Data);

        CollectionAssert.AreEqual(new[] { -300L, 5L }, converted.GetColumn<long>("A").ToArray());
        CollectionAssert.AreEqual(new[] { 1L, -2L }, converted.GetColumn<long[]>("B").First());
    }
}
