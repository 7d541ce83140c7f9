using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Tool.Tests.Verbs;

/// <summary>Models whose inputs have no common axis of rows, as voice detectors: sound [batch, samples], a state [2, batch, size], a sample rate [].</summary>
[TestClass]
public sealed class CallsSpec
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    // score = sound · w + state[0] where the rate is 16000, else sound · w; the state is handed on doubled.
    private string Detector()
    {
        var graph = new GraphBuilder("detector", 13);
        graph.AddInput("sound", new(ElementType.Float32, [Dimension.Named("batch"), SmallModels.Features]));
        graph.AddInput("state", new(ElementType.Float32, [2, Dimension.Named("batch"), 3]));
        graph.AddInput("rate", new(ElementType.Int64, Shape.Scalar));
        string w = graph.AddConstant("w", SmallModels.Numbers(new Random(5), SmallModels.Features, 3));
        string product = graph.Add("product", "Gemm", ["sound", w]);
        string first = graph.Add("first", "Gather", ["state", graph.AddConstant("zero", Tensor.Scalar(0L))]);
        string wide = graph.Add("wide", "Equal", ["rate", graph.AddConstant("sixteen", Tensor.Scalar(16000L))]);
        graph.Add(new Node("if", "If", [wide, product, first], ["score"], NodeAttributes.Empty.With("captured", 2)
            .With("then_branch", GraphText.Parse($"graph then opset 13\ninput {product}: float32[batch, 3]\ninput {first}: float32[batch, 3]\nnode sum: score_then = Add({product}, {first})\noutput score_then"))
            .With("else_branch", GraphText.Parse($"graph otherwise opset 13\ninput {product}: float32[batch, 3]\ninput {first}: float32[batch, 3]\nnode same: score_else = Identity({product})\noutput score_else"))));
        graph.Add(new Node("double", "Add", ["state", "state"], ["next"], NodeAttributes.Empty));
        graph.AddOutput("score");
        graph.AddOutput("next");
        OnnxExporter.Save(graph.Build(), _folder.At("detector.onnx"));
        return _folder.At("detector.onnx");
    }

    private string Data(string name, Tensor sound, Tensor state, Tensor rate)
    {
        NpzWriter.Write(_folder.At(name), [new("sound", sound), new("state", state), new("rate", rate)]);
        return _folder.At(name);
    }

    [TestMethod]
    public void One_call_takes_the_arrays_as_the_model_does()
    {
        string data = Data("one.npz", SmallModels.Numbers(new Random(1), 4, SmallModels.Features), SmallModels.Numbers(new Random(2), 2, 4, 3), Tensor.Scalar(16000L));
        CommandRun.Json("run", Detector(), "--input", data, "-o", _folder.At("out.npz"));
        using DataFile written = DataFile.Open(_folder.At("out.npz"));
        Assert.AreEqual("[4, 3]", written.Read("score").Shape.ToString());
        Assert.AreEqual("[2, 4, 3]", written.Read("next").Shape.ToString());
    }

    [TestMethod]
    public void Several_calls_are_stacked_in_front_and_share_what_is_not()
    {
        Tensor sound = SmallModels.Numbers(new Random(1), 5, 1, SmallModels.Features), state = SmallModels.Numbers(new Random(2), 5, 2, 1, 3);
        string detector = Detector();
        JsonElement result = CommandRun.Json("run", detector, "--input", Data("calls.npz", sound, state, Tensor.Scalar(16000L)), "-o", _folder.At("out.npz"));
        Assert.AreEqual(5, result.GetProperty("rows").GetInt32());
        using DataFile written = DataFile.Open(_folder.At("out.npz"));
        Assert.AreEqual("[5, 1, 3]", written.Read("score").Shape.ToString());
        CollectionAssert.AreEqual(state.AsSpan<float>().ToArray().Select(value => 2 * value).ToArray(), written.Read("next").AsSpan<float>().ToArray());
        CommandRun.Json("run", detector, "--input", Data("rates.npz", sound, state, Tensor.Create([.. Enumerable.Repeat(16000L, 5)])), "-o", _folder.At("same.npz"));
        CollectionAssert.AreEqual(File.ReadAllBytes(_folder.At("out.npz")), File.ReadAllBytes(_folder.At("same.npz")));
    }

    [TestMethod]
    public void Calls_calibrate()
    {
        string detector = Detector(), data = Data("calls.npz", SmallModels.Numbers(new Random(1), 20, 1, SmallModels.Features), SmallModels.Numbers(new Random(2), 20, 2, 1, 3), Tensor.Scalar(16000L));
        JsonElement result = CommandRun.Json("static", detector, "--calibration", data, "-o", _folder.At("int8.onnx"));
        Assert.AreEqual(20, result.GetProperty("rows").GetInt32());
        Assert.AreEqual(1, result.GetProperty("integerCalls").GetInt32());
        CommandRun.Json("run", detector, "--input", data, "-o", _folder.At("float.npz"));
        CommandRun.Json("run", _folder.At("int8.onnx"), "--input", data, "-o", _folder.At("int8.npz"));
        using DataFile real = DataFile.Open(_folder.At("float.npz")), codes = DataFile.Open(_folder.At("int8.npz"));
        foreach ((float expected, float actual) in real.Read("score").AsSpan<float>().ToArray().Zip(codes.Read("score").AsSpan<float>().ToArray())) { Assert.AreEqual(expected, actual, 0.2f); }
    }

    [TestMethod]
    public void Arrays_that_are_neither_are_refused()
    {
        Tensor sound = SmallModels.Numbers(new Random(1), 5, 1, SmallModels.Features);
        CommandRun.Refused(["run", Detector(), "--input", Data("shape.npz", sound, SmallModels.Numbers(new Random(2), 5, 3), Tensor.Scalar(8000L)), "-o", _folder.At("no.npz")],
            "Array 'state'", "has shape [5, 3]; the model takes state: float32[2, batch, 3]", "the calls on one more axis in front");
        CommandRun.Refused(["run", Detector(), "--input", Data("count.npz", sound, SmallModels.Numbers(new Random(2), 4, 2, 1, 3), Tensor.Scalar(8000L)), "-o", _folder.At("no.npz")],
            "array 'state' has 4 calls and 'sound' has 5; expected the same number");
    }
}
