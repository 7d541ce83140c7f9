using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;

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
    public void Of_a_model_with_several_open_axes_sizes_are_tried()
    {
        JsonElement result = CommandRun.Json("info", SmallModels.Image(_folder, openSides: true));
        Assert.AreEqual(1, result.GetProperty("integerCalls").GetInt32());
        Assert.IsFalse(result.TryGetProperty("cannotQuantize", out _));
    }

    // 11 divides none of the sizes that are tried: what would run in integers is not known, which is no refusal.
    [TestMethod]
    public void A_model_that_takes_none_of_the_sizes_is_described_without_a_verdict()
    {
        var graph = new GraphBuilder("open", 13);
        graph.AddInput("x", new(ElementType.Float32, [Dimension.Named("batch"), Dimension.Named("width"), 3]));
        graph.Add(new Node("rows", "Reshape", ["x", graph.AddConstant("shape", Tensor.Create(-1L, 11L))], ["y"], NodeAttributes.Empty));
        graph.AddOutput("y");
        OnnxExporter.Save(graph.Build(), _folder.At("open.onnx"));
        JsonElement result = CommandRun.Json("info", _folder.At("open.onnx"));
        StringAssert.Contains(result.GetProperty("notTried").GetString(), "x: float32[batch, width, 3] leaves sizes open");
        Assert.IsFalse(result.TryGetProperty("cannotQuantize", out _));
        StringAssert.Contains(CommandRun.Of("info", _folder.At("open.onnx")).Out, "not known");
    }

    [TestMethod]
    public void What_is_no_model_is_refused()
    {
        CommandRun.Refused(["info", _folder.At("none.onnx")], "There is no model file");
        CommandRun.Refused(["info", _folder.Root], "is a folder");
        CommandRun.Refused(["info", _folder.Write("a.onnx", "hello")]);
    }
}
