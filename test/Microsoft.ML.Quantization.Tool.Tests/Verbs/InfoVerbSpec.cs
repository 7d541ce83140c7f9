using System.Text.Json;

namespace Microsoft.ML.Quantization.Tool.Tests.Verbs;

[TestClass]
public sealed class InfoVerbSpec
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void A_float_model_is_described_with_what_would_become_integer()
    {
        string model = SmallModels.Dense(_folder);
        JsonElement result = CommandRun.Json("info", model);
        Assert.AreEqual(new FileInfo(model).Length, result.GetProperty("bytes").GetInt64());
        Assert.AreEqual(13, result.GetProperty("opset").GetInt32());
        Assert.AreEqual("""[{"name":"x","type":"float32","shape":["batch",6]}]""", result.GetProperty("inputs").GetRawText());
        Assert.AreEqual("""[{"name":"scores","type":"float32","shape":["batch",3]}]""", result.GetProperty("outputs").GetRawText());
        Assert.AreEqual("""{"Gemm":2,"Relu":1}""", result.GetProperty("operators").GetRawText());
        Assert.AreEqual(16 * 6 + 16 + 3 * 16 + 3, result.GetProperty("parameters").GetInt32());
        Assert.IsFalse(result.GetProperty("quantized").GetBoolean());
        Assert.AreEqual(2, result.GetProperty("integerCalls").GetInt32());
        Assert.AreEqual(0, result.GetProperty("floatFallbacks").GetArrayLength());
    }

    [TestMethod]
    public void A_quantized_model_says_so()
    {
        CommandRun.Json("static", SmallModels.Dense(_folder), "--calibration", SmallModels.Rows(_folder, 64), "-o", _folder.At("int8.onnx"));
        JsonElement result = CommandRun.Json("info", _folder.At("int8.onnx"));
        Assert.IsTrue(result.GetProperty("quantized").GetBoolean());
        Assert.AreEqual(2, result.GetProperty("integerCalls").GetInt32());
        StringAssert.Contains(CommandRun.Of("info", _folder.At("int8.onnx")).Out, "(quantized)");
    }

    [TestMethod]
    public void A_model_whose_rows_cannot_be_made_up_is_still_described()
    {
        JsonElement result = CommandRun.Json("info", SmallModels.Image(_folder, openSides: true));
        StringAssert.Contains(result.GetProperty("cannotQuantize").GetString(), "leaves the size of axis 2 open");
    }

    [TestMethod]
    public void What_is_no_model_is_refused()
    {
        CommandRun.Refused(["info", _folder.At("none.onnx")], "There is no model file");
        CommandRun.Refused(["info", _folder.Root], "is a folder");
        CommandRun.Refused(["info", _folder.Write("a.onnx", "hello")]);
    }
}
