using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Tool.Tests.Data;

[TestClass]
public sealed class OutputFileSpec
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void The_file_is_replaced_whole()
    {
        string path = _folder.Write("a.txt", "old");
        OutputFile.Write(path, temporary => File.WriteAllText(temporary, "new"));
        Assert.AreEqual("new", File.ReadAllText(path));
        CollectionAssert.AreEqual(new[] { "a.txt" }, _folder.Files);
    }

    [TestMethod]
    public void A_failure_leaves_the_old_file_and_nothing_else()
    {
        string path = _folder.Write("a.txt", "old");
        Assert.ThrowsExactly<OperationCanceledException>(() => OutputFile.Write(path, temporary =>
        {
            File.WriteAllText(temporary, "half");
            throw new OperationCanceledException();
        }));
        Assert.AreEqual("old", File.ReadAllText(path));
        CollectionAssert.AreEqual(new[] { "a.txt" }, _folder.Files);
    }

    [TestMethod]
    public void Places_where_nothing_can_be_written_are_refused()
    {
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => OutputFile.CheckPlace(_folder.Root)).Message, "is a folder");
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => OutputFile.CheckPlace(_folder.At("none/a.txt"))).Message, "create it first");
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => OutputFile.CheckPlace("")).Message, "is empty");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_device_is_not_replaced()
    {
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => OutputFile.CheckPlace("/dev/null")).Message, "is a device");
    }

    [TestMethod]
    public void A_file_that_is_read_is_not_replaced_however_it_is_spelled()
    {
        string path = _folder.Write("a.txt", "old");
        string other = Path.Combine(_folder.Root, "none", "..", "a.txt");
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => OutputFile.CheckPlace(other, "b.txt", path)).Message, $"would replace '{path}'");
        OutputFile.CheckPlace(path, "b.txt");
    }
}
