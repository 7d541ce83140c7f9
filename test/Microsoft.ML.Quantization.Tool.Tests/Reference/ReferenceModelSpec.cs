using System.Text.Json;
using Microsoft.ML.Quantization.Testing;
using Microsoft.ML.Quantization.Testing.ReferenceData;
using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Tool.Tests.Reference;

/// <summary>Real networks on real data: the float model is PyTorch's, and quantized with default settings it holds against PyTorch's best.</summary>
[TestClass]
public sealed class ReferenceModelSpec
{
    // Tests are small: a difference of two rows, or of 0.3 points, is noise. A PSNR is a mean over 10,000 images and steadier.
    private const double AccuracyNoise = 0.003;
    private const double PsnrNoise = 0.1;
    private const double RowsOfNoise = 2;

    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    public static IEnumerable<object[]> Models => ReferenceSets.Models.Select(model => new object[] { model });

    [TestMethod]
    [DynamicData(nameof(Models))]
    public void Static_quantization_with_defaults_holds_against_PyTorch(string model)
    {
        ReferenceMeasurement expected = ReferenceMeasurement.Of(model);
        string floatModel = RepositoryFolder.At("test", "Models", $"{model}.onnx");
        string int8Model = _folder.At("int8.onnx");
        ReferenceSet test = ReferenceSets.Test(model);
        NpzWriter.Write(_folder.At("calibration.npz"), [new("input", ReferenceSets.Training(model).Spread())]);
        NpzWriter.Write(_folder.At("test.npz"), [new("input", test.Inputs), new("label", test.Labels)]);

        CommandRun.Json("static", floatModel, "--calibration", _folder.At("calibration.npz"), "-o", int8Model);
        JsonElement ours = Evaluate(int8Model, "--reference", floatModel);
        JsonElement plain = Evaluate(floatModel);

        bool psnr = expected.Metric == "psnr";
        double noise = psnr ? PsnrNoise : Math.Max(AccuracyNoise, RowsOfNoise / test.Labels.Shape[0]);
        Assert.AreEqual(expected.Float, Value(plain, "value"), psnr ? 0.02 : 0.0006, "the float model is PyTorch's");
        Assert.IsTrue(Value(ours, "value") >= Math.Min(expected.Float, expected.Static.Max(row => row.Value)) - noise, $"value: {ours}");
        Assert.IsTrue(Value(ours, "sqnrDb") >= expected.Static.Max(row => row.SqnrDb) - 1, $"signal to noise: {ours}");
        Assert.IsTrue(Value(ours, "bytes") <= 1.05 * expected.Static.Max(row => row.Bytes), $"size: {ours}");

        JsonElement Evaluate(string path, params string[] options) =>
            CommandRun.Json(["evaluate", path, "--data", _folder.At("test.npz"), "--label", "label", "--metric", expected.Metric, "--threads", "2", .. options]);
    }

    // XNNPACK's weights are -127..127 and its activations observed by histograms, so a ratio may be lower than PyTorch's best; what counts is the answer.
    public static IEnumerable<object[]> Quantizers => from model in ReferenceSets.Models from quantizer in new[] { "xnnpack", "x86-inductor" } select new object[] { model, quantizer };

    [TestMethod]
    [DynamicData(nameof(Quantizers))]
    public void PyTorchs_quantizers_for_exported_graphs_hold_against_PyTorch(string model, string quantizer)
    {
        ReferenceMeasurement expected = ReferenceMeasurement.Of(model);
        ReferenceSet test = ReferenceSets.Test(model);
        NpzWriter.Write(_folder.At("calibration.npz"), [new("input", ReferenceSets.Training(model).Spread())]);
        NpzWriter.Write(_folder.At("test.npz"), [new("input", test.Inputs), new("label", test.Labels)]);
        CommandRun.Json("static", RepositoryFolder.At("test", "Models", $"{model}.onnx"), "--calibration", _folder.At("calibration.npz"), "-o", _folder.At("int8.onnx"), "--quantizer", quantizer);
        JsonElement ours = CommandRun.Json("evaluate", _folder.At("int8.onnx"), "--data", _folder.At("test.npz"), "--label", "label", "--metric", expected.Metric, "--threads", "2");
        double noise = expected.Metric == "psnr" ? PsnrNoise : Math.Max(AccuracyNoise, RowsOfNoise / test.Labels.Shape[0]);
        Assert.IsTrue(Value(ours, "value") >= Math.Min(expected.Float, expected.Static.Max(row => row.Value)) - noise, $"value: {ours}");
    }

    [TestMethod]
    [DataRow("sentiment_bag")]
    [DataRow("sentiment_lstm")]
    public void Dynamic_quantization_with_defaults_holds_against_PyTorch(string model)
    {
        ReferenceMeasurement expected = ReferenceMeasurement.Of(model);
        // Rows with quantized embeddings are comparable; where PyTorch's are wrong (a sum for a mean) they were left out with their negative ratio.
        StaticMeasurement[] comparable = [.. expected.Dynamic.Where(row => row.Configuration.Contains("embedding8", StringComparison.Ordinal))];
        string floatModel = RepositoryFolder.At("test", "Models", $"{model}.onnx"), quantized = _folder.At("dynamic.onnx");
        ReferenceSet test = ReferenceSets.Test(model);
        NpzWriter.Write(_folder.At("test.npz"), [new("ids", test.Inputs), new("label", test.Labels)]);
        CommandRun.Json("dynamic", floatModel, "-o", quantized, "--embedding-bits", "8");
        JsonElement ours = CommandRun.Json("evaluate", quantized, "--data", _folder.At("test.npz"), "--label", "label", "--metric", expected.Metric, "--reference", floatModel);
        double noise = Math.Max(AccuracyNoise, RowsOfNoise / test.Labels.Shape[0]);
        Assert.IsTrue(Value(ours, "value") >= Math.Min(expected.Float, expected.Dynamic.Max(row => row.Value)) - noise, $"value: {ours}");
        Assert.IsTrue(Value(ours, "sqnrDb") >= comparable.Max(row => row.SqnrDb) - 1, $"signal to noise: {ours}");
        Assert.IsTrue(Value(ours, "bytes") <= 1.05 * comparable.Min(row => row.Bytes), $"size: {ours}");
    }

    private static double Value(JsonElement result, string name) => result.GetProperty(name).GetDouble();
}
