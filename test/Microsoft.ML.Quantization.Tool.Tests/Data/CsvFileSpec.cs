using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Tool.Tests.Data;

[TestClass]
public sealed class CsvFileSpec
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void Columns_become_one_array_and_the_label_another()
    {
        using DataFile file = DataFile.Open(_folder.Write("a.csv", "a,label,b\r\n1,3,2.5\r\n\r\n \"-4\" ,0,1e-3\n"));
        Assert.IsTrue(file.IsTable);
        CollectionAssert.AreEqual(new[] { "features", "label" }, file.Names.ToArray());
        Assert.AreEqual(new Shape(2, 2), file.Read("features").Shape);
        CollectionAssert.AreEqual(new[] { 1f, 2.5f, -4f, 1e-3f }, file.Read("features").AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 3L, 0L }, file.Read("label").AsSpan<long>().ToArray());
    }

    [TestMethod]
    public void Another_column_can_be_the_label_and_labels_can_be_real_numbers()
    {
        using DataFile file = DataFile.Open(_folder.Write("a.csv", "a,label,price\n1,3,2.5\n"), label: "price");
        CollectionAssert.AreEqual(new[] { 1f, 3f }, file.Read("features").AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 2.5f }, file.Read("price").AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void A_header_alone_is_an_empty_set()
    {
        using DataFile file = DataFile.Open(_folder.Write("a.csv", "a,b\n"));
        Assert.AreEqual(new Shape(0, 2), file.Read("features").Shape);
    }

    [TestMethod]
    [DataRow("", "is empty")]
    [DataRow("1,2\n3,4\n", "begins with numbers")]
    [DataRow("a,a\n3,4\n", "two columns 'a'")]
    [DataRow("a,b\n1,2\n3\n", "line 3: found 1 fields; expected 2")]
    [DataRow("a,b\n1,2\n\n3,x\n", "line 4, column 'b': found 'x'; expected a number")]
    [DataRow("a,b\n1,\n", "line 2, column 'b': found ''")]
    [DataRow("a,b\n1,\"2\n", "cannot be read as .csv")]
    public void What_is_wrong_is_named_with_its_line(string text, string expected)
    {
        string path = _folder.Write("a.csv", text);
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => DataFile.Open(path)).Message, expected);
    }
}
