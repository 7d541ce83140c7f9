using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Tool.Tests.Verbs;

[TestClass]
public sealed class EvaluateVerbSpec
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void A_model_agrees_with_its_own_answers()
    {
        string model = SmallModels.Dense(_folder);
        string rows = SmallModels.Rows(_folder, 40);
        Tensor scores = Answers(model, rows, "scores");
        using DataFile data = DataFile.Open(rows);
        long[] answers = [.. Enumerable.Range(0, 40).Select(row => (long)scores.AsSpan<float>().Slice(row * 3, 3).IndexOf(scores.AsSpan<float>().Slice(row * 3, 3).ToArray().Max()))];
        NpzWriter.Write(_folder.At("labelled.npz"), [new("x", data.Read("x")), new("class", Tensor.Create(answers)), new("scores", scores)]);
        JsonElement result = CommandRun.Json("evaluate", model, "--data", _folder.At("labelled.npz"), "--label", "class");
        Assert.AreEqual("accuracy", result.GetProperty("metric").GetString());
        Assert.AreEqual(1.0, result.GetProperty("value").GetDouble());
        Assert.AreEqual(40, result.GetProperty("rows").GetInt32());
        Assert.AreEqual(new FileInfo(model).Length, result.GetProperty("bytes").GetInt64());
        Assert.IsTrue(result.GetProperty("medianMillisecondsPerRow").GetDouble() > 0);
        Assert.IsTrue(result.GetProperty("engine").GetString()!.Length > 0);
        Assert.IsFalse(result.TryGetProperty("sqnrDb", out _));
        Assert.AreEqual(1.0, CommandRun.Json("evaluate", model, "--data", _folder.At("labelled.npz"), "--label", "scores").GetProperty("value").GetDouble(), "r2 suits real labels");
        Assert.AreEqual(0.0, CommandRun.Json("evaluate", model, "--data", _folder.At("labelled.npz"), "--label", "scores", "--metric", "mse").GetProperty("value").GetDouble());
    }

    [TestMethod]
    public void An_int8_model_is_compared_with_its_float_self()
    {
        string model = SmallModels.Dense(_folder);
        string rows = SmallModels.Rows(_folder, 200);
        CommandRun.Json("static", model, "--calibration", rows, "-o", _folder.At("int8.onnx"));
        JsonElement result = CommandRun.Json("evaluate", _folder.At("int8.onnx"), "--data", rows, "--label", "label", "--reference", model);
        Assert.IsTrue(result.GetProperty("sqnrDb").GetDouble() is > 25 and < 80, result.ToString());
        Assert.IsTrue(result.GetProperty("agreement").GetDouble() > 0.9, result.ToString());
        JsonElement same = CommandRun.Json("evaluate", model, "--data", rows, "--label", "label", "--reference", model);
        Assert.AreEqual(JsonValueKind.Null, same.GetProperty("sqnrDb").ValueKind, "infinite: no difference at all");
        Assert.AreEqual(1.0, same.GetProperty("agreement").GetDouble());
    }

    [TestMethod]
    public void Images_are_judged_by_their_peak_signal_to_noise_ratio()
    {
        string model = SmallModels.Image(_folder);
        Tensor images = SmallModels.Numbers(new Random(1), 10, 1, 8, 8);
        NpzWriter.Write(_folder.At("images.npz"), [new("image", images), new("label", images)]);
        JsonElement result = CommandRun.Json("evaluate", model, "--data", _folder.At("images.npz"));
        Assert.AreEqual("psnr", result.GetProperty("metric").GetString());
        Tensor blurred = Answers(model, _folder.At("images.npz"), "blurred");
        double expected = Enumerable.Range(0, 10).Average(row => -10 * Math.Log10(Enumerable.Range(row * 64, 64).Average(i => Math.Pow(blurred.AsSpan<float>()[i] - (double)images.AsSpan<float>()[i], 2))));
        Assert.AreEqual(expected, result.GetProperty("value").GetDouble(), 1e-9);
    }

    [TestMethod]
    public void Labels_that_do_not_fit_are_refused()
    {
        string model = SmallModels.Dense(_folder);
        Tensor x = SmallModels.Numbers(new Random(1), 4, SmallModels.Features);
        NpzWriter.Write(_folder.At("a.npz"), [new("x", x), new("short", Tensor.Create(1L, 2L)), new("high", Tensor.Create(0L, 1L, 2L, 3L)), new("real", Tensor.Create(0.5f, 0f, 0f, 0f))]);
        Refused("none", [], "has no array 'none'");
        Refused("short", [], "labels have shape [2]", "each of the 4 rows");
        Refused("high", [], "label of row 3 is 3", "from 0 to 2");
        Refused("real", ["--metric", "accuracy"], "label of row 0 is 0.5");
        Refused("real", ["--metric", "r2"], "labels have shape [4] and the model's output [4, 3]");
        Refused("high", ["--reference", _folder.At("none.onnx"), "--metric", "mse"], "expected as many labels as outputs");

        void Refused(string label, string[] options, params ReadOnlySpan<string> parts) => CommandRun.Refused(["evaluate", model, "--data", _folder.At("a.npz"), "--label", label, .. options], parts);
    }

    [TestMethod]
    public void Without_labels_a_model_is_compared_with_its_reference_alone()
    {
        string model = SmallModels.Dense(_folder);
        NpzWriter.Write(_folder.At("plain.npz"), [new("x", SmallModels.Numbers(new Random(1), 50, SmallModels.Features))]);
        CommandRun.Json("static", model, "--calibration", _folder.At("plain.npz"), "-o", _folder.At("int8.onnx"));
        JsonElement result = CommandRun.Json("evaluate", _folder.At("int8.onnx"), "--data", _folder.At("plain.npz"), "--reference", model);
        Assert.IsFalse(result.TryGetProperty("metric", out _));
        Assert.IsTrue(result.GetProperty("sqnrDb").GetDouble() is > 25 and < 80, result.ToString());
        Assert.AreEqual(50, result.GetProperty("rows").GetInt32());
        CommandRun.Refused(["evaluate", model, "--data", _folder.At("plain.npz")], "has no array 'label'", "--label", "--reference");
        CommandRun.Refused(["evaluate", model, "--data", _folder.At("plain.npz"), "--reference", model, "--metric", "mse"], "has no array 'label'");
    }

    [TestMethod]
    public void Each_of_several_outputs_is_compared_and_one_is_judged()
    {
        var graph = new GraphBuilder("two", 13);
        graph.AddInput("x", new(ElementType.Float32, [Dimension.Named("batch"), 3]));
        graph.Add(new Node("a", "Relu", ["x"], ["positive"], NodeAttributes.Empty));
        graph.Add(new Node("b", "Neg", ["x"], ["negative"], NodeAttributes.Empty));
        graph.AddOutput("positive");
        graph.AddOutput("negative");
        string model = _folder.At("two.onnx");
        OnnxExporter.Save(graph.Build(), model);
        Tensor x = Tensor.Create<float>([1, 2, 3, 6, 5, 4], new Shape(2, 3));
        NpzWriter.Write(_folder.At("x.npz"), [new("x", x), new("label", Tensor.Create(2L, 0L)), new("lowest", Tensor.Create(0L, 2L))]);
        JsonElement result = CommandRun.Json("evaluate", model, "--data", _folder.At("x.npz"), "--label", "lowest", "--output", "negative", "--reference", model);
        Assert.AreEqual(1.0, result.GetProperty("value").GetDouble());
        Assert.AreEqual("positive,negative", string.Join(',', result.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString())));
        Assert.AreEqual(1.0, CommandRun.Json("evaluate", model, "--data", _folder.At("x.npz")).GetProperty("value").GetDouble());
        StringAssert.Contains(CommandRun.Of("evaluate", model, "--data", _folder.At("x.npz"), "--reference", model).Out, "negative");
        CommandRun.Refused(["evaluate", model, "--data", _folder.At("x.npz"), "--output", "none"], "no output 'none'", "'positive', 'negative'");
    }

    [TestMethod]
    public void Without_json_it_is_a_table()
    {
        string model = SmallModels.Dense(_folder);
        CommandRun run = CommandRun.Of("evaluate", model, "--data", SmallModels.Rows(_folder, 9), "--reference", model);
        Assert.AreEqual(Application.Done, run.Code, run.Error);
        StringAssert.Contains(run.Out, "accuracy");
        StringAssert.Contains(run.Out, "same answer as the reference");
    }

    private Tensor Answers(string model, string rows, string output)
    {
        CommandRun.Json("run", model, "--input", rows, "-o", _folder.At("answers.npz"));
        using DataFile file = DataFile.Open(_folder.At("answers.npz"));
        return file.Read(output);
    }
}
