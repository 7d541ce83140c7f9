using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Tool.Tests.Verbs;

[TestClass]
public sealed class StaticVerbSpec
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void A_float_model_becomes_an_int8_model()
    {
        string model = SmallModels.Dense(_folder);
        JsonElement result = CommandRun.Json("static", model, "--calibration", SmallModels.Rows(_folder, 100), "-o", _folder.At("int8.onnx"));
        Assert.AreEqual(_folder.At("int8.onnx"), result.GetProperty("output").GetString());
        Assert.AreEqual(new FileInfo(_folder.At("int8.onnx")).Length, result.GetProperty("bytes").GetInt64());
        Assert.AreEqual(new FileInfo(model).Length, result.GetProperty("floatBytes").GetInt64());
        Assert.AreEqual(100, result.GetProperty("rows").GetInt32());
        Assert.IsTrue(result.GetProperty("seconds").GetDouble() > 0);
        Assert.AreEqual(2, result.GetProperty("integerCalls").GetInt32());
        Assert.AreEqual(0, result.GetProperty("floatFallbacks").GetArrayLength());
        Assert.AreEqual(JsonValueKind.Array, result.GetProperty("notes").ValueKind);
        Assert.AreEqual(0, result.GetProperty("warnings").GetArrayLength());
        CollectionAssert.AreEqual(new[] { "dense.onnx", "int8.onnx", "rows.npz" }, _folder.Files);
    }

    [TestMethod]
    public void Operators_too_small_to_gain_stay_float_where_speed_is_preferred()
    {
        JsonElement result = CommandRun.Json("static", SmallModels.Dense(_folder), "--calibration", SmallModels.Rows(_folder, 100), "-o", _folder.At("fast.onnx"), "--prefer-speed");
        Assert.AreEqual(0, result.GetProperty("integerCalls").GetInt32());
        Assert.AreEqual(2, result.GetProperty("notes").EnumerateArray().Count(note => note.GetString()!.StartsWith("PreferSpeed applied at ", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void The_same_command_writes_the_same_bytes()
    {
        foreach (string name in (string[])["a.onnx", "b.onnx"])
        {
            CommandRun.Json("static", SmallModels.Dense(_folder), "--calibration", SmallModels.Rows(_folder, 50), "-o", _folder.At(name), "--rows", "20", "--seed", "5");
        }
        CollectionAssert.AreEqual(File.ReadAllBytes(_folder.At("a.onnx")), File.ReadAllBytes(_folder.At("b.onnx")));
    }

    [TestMethod]
    public void The_float_model_is_not_replaced()
    {
        string model = SmallModels.Dense(_folder);
        byte[] before = File.ReadAllBytes(model);
        CommandRun.Refused(["static", model, "--calibration", SmallModels.Rows(_folder, 5), "-o", model], "would replace", "another name");
        CollectionAssert.AreEqual(before, File.ReadAllBytes(model));
    }

    [TestMethod]
    public void A_limit_draws_rows_from_the_whole_by_seed()
    {
        // The last half of the rows is a hundred times as wide: calibration on first rows would never see it.
        string rows = SmallModels.Rows(_folder, 200, change: values =>
        {
            foreach (ref float value in values[(values.Length / 2)..]) { value *= 100; }
        });
        string model = SmallModels.Dense(_folder);
        JsonElement result = CommandRun.Json("static", model, "--calibration", rows, "-o", _folder.At("a.onnx"), "--rows", "20");
        Assert.AreEqual(20, result.GetProperty("rows").GetInt32());
        Assert.IsTrue(InputScale("a.onnx") > 1, "the wide rows were seen");
        CommandRun.Json("static", model, "--calibration", rows, "-o", _folder.At("b.onnx"), "--rows", "20", "--seed", "9");
        CollectionAssert.AreNotEqual(File.ReadAllBytes(_folder.At("a.onnx")), File.ReadAllBytes(_folder.At("b.onnx")));
    }

    [TestMethod]
    public void Data_that_drift_are_warned_of()
    {
        string rows = SmallModels.Rows(_folder, 640, change: values =>
        {
            foreach (ref float value in values[(values.Length / 4)..]) { value *= 100; }
        });
        JsonElement result = CommandRun.Json("static", SmallModels.Dense(_folder), "--calibration", rows, "-o", _folder.At("a.onnx"));
        StringAssert.Contains(string.Join('\n', result.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString())), "'x'");
    }

    [TestMethod]
    public void Options_change_what_is_written()
    {
        string model = SmallModels.Dense(_folder);
        string rows = SmallModels.Rows(_folder, 100);
        CommandRun.Json("static", model, "--calibration", rows, "-o", _folder.At("default.onnx"));
        int number = 0;
        foreach (string[] options in (string[][])[["--observer", "Histogram"], ["--per-tensor"], ["--backend", "x86"], ["--backend", "arm"], ["--quantizer", "xnnpack"], ["--quantizer", "x86-inductor"], ["--quantizer", "xnnpack", "--per-tensor"]])
        {
            string written = _folder.At($"{number++}.onnx");
            CommandRun.Json(["static", model, "--calibration", rows, "-o", written, .. options]);
            CollectionAssert.AreNotEqual(File.ReadAllBytes(_folder.At("default.onnx")), File.ReadAllBytes(written), string.Join(' ', options));
        }
        Assert.IsTrue(WeightScales("default.onnx").All(length => length > 1));
        Assert.IsTrue(WeightScales("1.onnx").All(length => length == 1), "--per-tensor: one scale for each weight");
    }

    [TestMethod]
    public void A_quantizer_decides_node_by_node_and_its_notes_say_what()
    {
        string model = SmallModels.Dense(_folder), rows = SmallModels.Rows(_folder, 64);
        JsonElement result = CommandRun.Json("static", model, "--calibration", rows, "-o", _folder.At("a.onnx"), "--quantizer", "xnnpack");
        Assert.AreEqual(2, result.GetProperty("integerCalls").GetInt32());
        StringAssert.Contains(string.Join('\n', result.GetProperty("notes").EnumerateArray().Select(note => note.GetString())), "PreparePt2e applied at 'first': Gemm x: qint8 -128..127 per_tensor_affine Histogram");
    }

    [TestMethod]
    public void A_configuration_file_is_followed()
    {
        string config = _folder.Write("config.json", QConfigMappingJson.Write(QConfigMapping.Default.SetModuleName("second", null)));
        JsonElement result = CommandRun.Json("static", SmallModels.Dense(_folder), "--calibration", SmallModels.Rows(_folder, 64), "-o", _folder.At("a.onnx"), "--config", config);
        Assert.AreEqual(1, result.GetProperty("integerCalls").GetInt32());
        JsonElement fallback = result.GetProperty("floatFallbacks").EnumerateArray().Single();
        Assert.AreEqual("second", fallback.GetProperty("node").GetString());
        Assert.AreEqual("Gemm", fallback.GetProperty("operator").GetString());
        Assert.IsTrue(fallback.GetProperty("reason").GetString()!.Length > 10);
    }

    [TestMethod]
    public void What_cannot_be_done_is_refused_and_no_file_is_left()
    {
        string model = SmallModels.Dense(_folder);
        string rows = SmallModels.Rows(_folder, 8);
        byte[] bytes = File.ReadAllBytes(model);
        _folder.Write("empty.onnx", "");
        _folder.Write("half.onnx", bytes.AsSpan(0, bytes.Length / 2));
        _folder.Write("text.onnx", string.Concat(Enumerable.Repeat("hello world ", 50)));
        _folder.Write("garbage.npz", "PK\u0003\u0004garbage");
        _folder.Write("wrong.json", "{");
        SmallModels.Rows(_folder, 8, "nan.npz", values => values[17] = float.NaN);
        NpzWriter.Write(_folder.At("none.npz"), [new("x", new Tensor(ElementType.Float32, new Shape(0, 6)))]);
        NpzWriter.Write(_folder.At("shape.npz"), [new("x", new Tensor(ElementType.Float32, new Shape(3, 7)))]);
        NpzBuilder("lie.npz");
        CommandRun.Json("static", model, "--calibration", rows, "-o", _folder.At("int8.onnx"));
        string[] before = _folder.Files;

        Refused("empty.onnx", "rows.npz");
        Refused("half.onnx", "rows.npz");
        Refused("text.onnx", "rows.npz");
        Refused("missing.onnx", "rows.npz", "There is no model file");
        Refused("dense.onnx", "missing.npz", "There is no data file");
        Refused("dense.onnx", "garbage.npz", "not a whole ZIP archive");
        Refused("dense.onnx", "nan.npz", "NaN", "'x'");
        Refused("dense.onnx", "none.npz", "has no rows");
        Refused("dense.onnx", "shape.npz", "[3, 7]", "x: float32[batch, 6]");
        Refused("dense.onnx", "lie.npz", "bytes are present");
        Refused("int8.onnx", "rows.npz", "is quantized already");
        CommandRun.Refused(["static", model, "--calibration", rows, "-o", _folder.At("out.onnx"), "--config", _folder.At("wrong.json")], "wrong.json");
        CommandRun.Refused(["static", model, "--calibration", rows, "-o", _folder.At("out.onnx"), "--config", _folder.At("missing.json")], "missing.json");
        CollectionAssert.AreEqual(before, _folder.Files);

        void Refused(string modelName, string data, params ReadOnlySpan<string> parts) =>
            CommandRun.Refused(["static", _folder.At(modelName), "--calibration", _folder.At(data), "-o", _folder.At("out.onnx")], parts);

        void NpzBuilder(string name) => Data.NpzBuilder.Zip(_folder.At(name), ("x.npy", Data.NpzBuilder.Npy("<f4", "(2147483648, 2147483648)", "1234"u8)));
    }

    [TestMethod]
    public void Cancelling_leaves_no_file()
    {
        string model = SmallModels.Dense(_folder);
        string rows = SmallModels.Rows(_folder, 64);
        string[] before = _folder.Files;
        CommandRun run = CommandRun.Of(new CancellationToken(canceled: true), "static", model, "--calibration", rows, "-o", _folder.At("out.onnx"));
        Assert.AreEqual(Application.Refused, run.Code);
        StringAssert.Contains(run.Error, "Cancelled; no file was written");
        CollectionAssert.AreEqual(before, _folder.Files);
    }

    [TestMethod]
    public void Without_json_it_is_a_table()
    {
        CommandRun run = CommandRun.Of("static", SmallModels.Dense(_folder), "--calibration", SmallModels.Rows(_folder, 64), "-o", _folder.At("out.onnx"));
        Assert.AreEqual(Application.Done, run.Code, run.Error);
        StringAssert.Contains(run.Out, "runs in integers");
    }

    private float InputScale(string name)
    {
        Graph graph = OnnxImporter.Load(_folder.At(name));
        return graph.Constant(graph.Consumers("x")[0].Inputs[1])!.AsSpan<float>()[0];
    }

    private IEnumerable<int> WeightScales(string name)
    {
        Graph graph = OnnxImporter.Load(_folder.At(name));
        return graph.Nodes.Where(node => node.Operator == "DequantizeLinear" && graph.Constant(node.Inputs[0]) is { Type: ElementType.Int8 }).Select(node => graph.Constant(node.Inputs[1])!.Length);
    }
}
