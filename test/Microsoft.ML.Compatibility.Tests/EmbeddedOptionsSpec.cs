using Microsoft.ML.Data;

namespace Microsoft.ML.Compatibility.Tests;

/// <summary>Lines #@ before the first row of a text file say how to read it.</summary>
[TestClass]
public sealed class EmbeddedOptionsSpec
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _file = Path.GetTempFileName();

    [TestCleanup]
    public void DeleteFile() => File.Delete(_file);

    private IDataView Load(string text, TextLoader.Options? options = null)
    {
        File.WriteAllText(_file, text);
        return _ml.Data.LoadFromTextFile(_file, options ?? new());
    }

    [TestMethod]
    public void They_name_columns_types_and_fields()
    {
        IDataView data = Load("#@ TextLoader{\n#@   header+\n#@   sep=tab\n#@   col=A:R4:0\n#@   col=F:R4:1-2\n#@ }\nA\tx\ty\n1\t2\t3\n");

        CollectionAssert.AreEqual(new[] { "A", "F" }, data.Schema.Select(column => column.Name).ToArray());
        CollectionAssert.AreEqual(new[] { 2f, 3f }, data.GetColumn<float[]>("F").Single());
        VBuffer<ReadOnlyMemory<char>> names = default;
        data.Schema["F"].GetSlotNames(ref names);
        Assert.AreEqual("x y", string.Join(' ', names.DenseValues()));
    }

    [TestMethod]
    public void Keys_quotes_and_other_separators()
    {
        IDataView data = Load("# a comment\n#@ TextLoader{ sep=comma col=Label:BL:0 col=T:TX:1 col=K:U4[5]:2 quote+ }\ntrue,\"a,b\",3\n");

        Assert.AreEqual(new KeyDataViewType(typeof(uint), 5), data.Schema["K"].Type);
        Assert.AreEqual("a,b", data.GetColumn<string>("T").Single());
        Assert.AreEqual(4u, data.GetColumn<uint>("K").Single());
        Assert.IsTrue(data.GetColumn<bool>("Label").Single());
    }

    [TestMethod]
    public void Ranges_that_are_open_or_take_the_rest()
    {
        Assert.AreEqual(new VectorDataViewType(TextDataViewType.Instance, 2), Load("#@ Text{ col=A:0 col=B:TX:1-* }\n1\t2\t3\n").Schema["B"].Type);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Int32, 3), Load("#@ TextLoader{col=A:I4:~}\n1\t2\t3\n").Schema["A"].Type);
        CollectionAssert.AreEqual(new[] { 1d, 3 }, Load("#@ TextLoader{ sep=; col=A:R8:0,2 trim+ }\n1;2;3 \n").GetColumn<double[]>("A").Single());
    }

    [TestMethod]
    [DataRow("#@ TextLoader{ foo=3 col=A:R4:0 }")]
    [DataRow("#@ Nope{ col=A:R4:0 }")]
    [DataRow("#@ TextLoader{ sep=comma }")]
    [DataRow("#@ TextLoader{ col=A:R4:** }")]
    public void What_cannot_be_understood_is_an_error(string line)
    {
        Assert.AreEqual("TextLoader options embedded in the file are invalid", Assert.ThrowsExactly<InvalidOperationException>(() => Load(line + "\n1\t2\n")).Message);
    }

    [TestMethod]
    public void The_caller_s_options_go_first_and_the_log_says_so()
    {
        var log = new List<string>();
        _ml.Log += (_, message) => log.Add(message.RawMessage);
        IDataView data = Load("#@ TextLoader{ col=A:R4:0 }\nx\ty\n1\t2\n", new() { HasHeader = true });

        Assert.AreEqual("Label", data.Schema[0].Name);
        CollectionAssert.Contains(log, "Arguments cannot be embedded in the file and in the command line. The embedded arguments will be ignored");
    }
}
