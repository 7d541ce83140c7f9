using System.Text.Json;

namespace Microsoft.ML.Quantization.Examples.Tests;

/// <summary>Each example runs and says what its first lines promise.</summary>
[TestClass]
public sealed class ExampleSpec
{
    [TestMethod]
    public void Post_training_static_keeps_the_accuracy_in_a_quarter_of_the_bytes()
    {
        using JsonDocument result = JsonDocument.Parse(ExampleRun.OutputOf("01-PostTrainingStatic", "PostTrainingStatic", "--json"));
        JsonElement whole = result.RootElement.GetProperty("float"), int8 = result.RootElement.GetProperty("int8");
        // The float accuracy is the one that PyTorch measured.
        Assert.AreEqual(0.9211, whole.GetProperty("accuracy").GetDouble(), 1e-4);
        Assert.AreEqual(0.9211, int8.GetProperty("accuracy").GetDouble(), 0.003);
        Assert.IsLessThan(0.3 * whole.GetProperty("bytes").GetInt64(), int8.GetProperty("bytes").GetInt64());
    }

    [TestMethod]
    public void Dynamic_quantization_goes_from_raw_text_to_answers_in_a_third_of_the_bytes()
    {
        using JsonDocument result = JsonDocument.Parse(ExampleRun.OutputOf("02-Dynamic", "DynamicQuantization", "--json"));
        JsonElement whole = result.RootElement.GetProperty("float"), int8 = result.RootElement.GetProperty("int8");
        // PyTorch 1.13.1 and ONNX Runtime 1.30 give 611 of 750 in float.
        Assert.AreEqual(611.0 / 750, whole.GetProperty("accuracy").GetDouble(), 1e-6);
        Assert.AreEqual(611.0 / 750, int8.GetProperty("accuracy").GetDouble(), 0.003);
        Assert.IsLessThan(whole.GetProperty("bytes").GetInt64() / 3, int8.GetProperty("bytes").GetInt64());
    }

    [TestMethod]
    public void Save_and_load_keeps_the_scores()
    {
        string[] lines = ExampleRun.OutputOf("03-SaveAndLoad", "SaveAndLoad").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("as fitted", lines[0]);
        Assert.StartsWith("network from its ONNX file", lines[1]);
        Assert.EndsWith("largest difference 0", lines[1].TrimEnd());
        Assert.IsTrue(lines[2].StartsWith("pipeline from ML.NET's file", StringComparison.Ordinal) || lines[2].StartsWith("The pipeline was not saved.", StringComparison.Ordinal), lines[2]);
    }

    [TestMethod]
    public void Modules_give_the_accuracy_of_the_trained_network_in_float_in_int8_and_from_their_file()
    {
        string[] lines = ExampleRun.OutputOf("04-Modules", "ModulesStepByStep").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        double[] values = [.. lines.Select(line => double.Parse(line.Trim().Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.HasCount(4, values);
        // The float accuracy is the one that PyTorch measured.
        Assert.AreEqual(0.9211, values[0], 1e-4);
        Assert.AreEqual(0.9211, values[1], 0.003);
        Assert.AreEqual(values[1], values[2], 0.001);
        Assert.IsLessThan(0.3 * 395_715, values[3]);
    }

    [TestMethod]
    public void A_pipeline_saved_by_one_process_scores_in_another()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("mlq-test-").FullName, "pipeline.zip");
        try
        {
            ExampleRun saved = ExampleRun.Of("03-SaveAndLoad", "SaveAndLoad", "save", file);
            if (saved.Code != 0 && saved.Error.Contains("ONNX Runtime", StringComparison.Ordinal)) { Assert.Inconclusive("Saving needs ONNX Runtime, which is not here; build/get-onnxruntime.sh brings it."); }
            Assert.AreEqual(0, saved.Code, saved.Error);
            float[][] scores = JsonSerializer.Deserialize<float[][]>(ExampleRun.OutputOf("03-SaveAndLoad", "SaveAndLoad", "load", file))!;
            Assert.HasCount(1797, scores);
            Assert.IsTrue(scores.All(row => row.Length == 10 && row.All(float.IsFinite)));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }
}
