using System.Text.Json;

namespace Microsoft.ML.Quantization.Tool.Tests.Verbs;

/// <summary>The verbs that need no data: <c>dynamic</c> and <c>weight-only</c>.</summary>
[TestClass]
public sealed class DynamicVerbSpec
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void A_float_model_becomes_a_dynamic_model()
    {
        string model = SmallModels.Dense(_folder);
        JsonElement result = CommandRun.Json("dynamic", model, "-o", _folder.At("out.onnx"));
        Assert.AreEqual(_folder.At("out.onnx"), result.GetProperty("output").GetString());
        Assert.AreEqual(new FileInfo(_folder.At("out.onnx")).Length, result.GetProperty("bytes").GetInt64());
        Assert.AreEqual(new FileInfo(model).Length, result.GetProperty("floatBytes").GetInt64());
        Assert.AreEqual(2, result.GetProperty("integerCalls").GetInt32());
        Assert.AreEqual(0, result.GetProperty("floatFallbacks").GetArrayLength());
        Assert.AreEqual(0, result.GetProperty("warnings").GetArrayLength());
        CollectionAssert.AreEqual(new[] { "dense.onnx", "out.onnx" }, _folder.Files);
    }

    [TestMethod]
    public void Small_weights_are_written()
    {
        JsonElement result = CommandRun.Json("weight-only", SmallModels.Dense(_folder), "-o", _folder.At("out.onnx"), "--bits", "4", "--block", "2", "--symmetric");
        Assert.AreEqual(2, result.GetProperty("quantizedOperators").GetInt32());
        Assert.AreEqual(0, result.GetProperty("floatFallbacks").GetArrayLength());
        JsonElement run = CommandRun.Json("run", _folder.At("out.onnx"), "--input", SmallModels.Rows(_folder, 9), "-o", _folder.At("y.npz"));
        Assert.AreEqual(9, run.GetProperty("rows").GetInt32());
    }

    [TestMethod]
    public void The_memory_that_a_model_may_take_can_be_set()
    {
        string model = SmallModels.Dense(_folder);
        Assert.AreEqual(2, CommandRun.Json("dynamic", model, "-o", _folder.At("out.onnx"), "--memory-limit", "64").GetProperty("integerCalls").GetInt32());
        Assert.AreEqual(2, CommandRun.Json("weight-only", model, "-o", _folder.At("small.onnx"), "--bits", "8", "--memory-limit", "64").GetProperty("quantizedOperators").GetInt32());
    }

    [TestMethod]
    public void Rows_of_a_dynamic_model_do_not_depend_on_their_neighbours()
    {
        // Every row is wider than the one before: in one batch they would share the range of the last.
        string rows = SmallModels.Rows(_folder, 40, change: values =>
        {
            for (int i = 0; i < values.Length; i++) { values[i] *= 1 + i / SmallModels.Features; }
        });
        CommandRun.Json("dynamic", SmallModels.Dense(_folder), "-o", _folder.At("out.onnx"));
        foreach (string batch in (string[])["1", "7", "32"]) { CommandRun.Json("run", _folder.At("out.onnx"), "--input", rows, "-o", _folder.At(batch + ".npz"), "--batch", batch); }
        CollectionAssert.AreEqual(File.ReadAllBytes(_folder.At("1.npz")), File.ReadAllBytes(_folder.At("7.npz")));
        CollectionAssert.AreEqual(File.ReadAllBytes(_folder.At("1.npz")), File.ReadAllBytes(_folder.At("32.npz")));
    }

    [TestMethod]
    public void The_same_command_writes_the_same_bytes()
    {
        foreach (string[] verb in (string[][])[["dynamic"], ["weight-only", "--bits", "8"]])
        {
            foreach (string name in (string[])["a.onnx", "b.onnx"]) { CommandRun.Json([verb[0], SmallModels.Dense(_folder), "-o", _folder.At(name), .. verb[1..]]); }
            CollectionAssert.AreEqual(File.ReadAllBytes(_folder.At("a.onnx")), File.ReadAllBytes(_folder.At("b.onnx")));
        }
    }

    [TestMethod]
    public void A_quantized_model_is_refused()
    {
        CommandRun.Json("dynamic", SmallModels.Dense(_folder), "-o", _folder.At("out.onnx"));
        CommandRun.Refused(["dynamic", _folder.At("out.onnx"), "-o", _folder.At("again.onnx")], "quantized already", "expected a float model");
        CommandRun.Refused(["weight-only", _folder.At("out.onnx"), "-o", _folder.At("again.onnx"), "--bits", "8"], "quantized already", "expected a float model");
        Assert.IsFalse(File.Exists(_folder.At("again.onnx")));
    }

    [TestMethod]
    public void The_float_model_is_not_replaced()
    {
        string model = SmallModels.Dense(_folder);
        byte[] before = File.ReadAllBytes(model);
        CommandRun.Refused(["dynamic", model, "-o", model], "would replace", "another name");
        CommandRun.Refused(["weight-only", model, "-o", model, "--bits", "8"], "would replace", "another name");
        CollectionAssert.AreEqual(before, File.ReadAllBytes(model));
    }

    [TestMethod]
    [DataRow("dynamic", "--embedding-bits", "6")]
    [DataRow("dynamic", "--embedding-bits", "3")]
    [DataRow("weight-only", "--bits", "5")]
    [DataRow("weight-only", "--bits", "16")]
    [DataRow("weight-only", "--block", "0")]
    public void Wrong_numbers_are_wrong_usage(string verb, string option, string value)
    {
        string model = SmallModels.Dense(_folder);
        CommandRun run = CommandRun.Of([verb, model, "-o", _folder.At("out.onnx"), option, value, .. option == "--block" ? new[] { "--bits", "8" } : []]);
        Assert.AreEqual(2, run.Code);
        StringAssert.Contains(run.Error, $"{option} is {value}; expected");
        Assert.IsFalse(File.Exists(_folder.At("out.onnx")));
    }
}
