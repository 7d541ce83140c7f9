using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Graphs.Diagnostics;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

[TestClass]
public sealed class NumericSuiteGolden
{
    private const double Decibels = 0.05;

    [TestMethod]
    [TestCategory("Golden")]
    public void Comparisons_are_those_of_PyTorch() => GoldenFile.Open("numeric_suite.json").Check(_ => null, c =>
    {
        if (c.Name.StartsWith("metrics", StringComparison.Ordinal)) { CheckMetrics(c); }
        else if (c.Name.StartsWith("eager", StringComparison.Ordinal)) { CheckEager(c); }
        else { CheckFx(c); }
    });

    private static void CheckMetrics(GoldenCase c)
    {
        Similarity similarity = Similarity.Of(c.Input("x").Floats, c.Input("y").Floats);
        foreach ((string name, double actual) in new[] { ("sqnr", similarity.Sqnr), ("normalized_l2", similarity.NormalizedL2), ("cosine", similarity.Cosine) })
        {
            double expected = GoldenNumber.Read(c.Expected.GetProperty(name));
            if (!double.IsFinite(expected)) { Assert.AreEqual(expected, actual, name); }
            else { Assert.AreEqual(expected, actual, 1e-4 * Math.Abs(expected), name); }
        }
    }

    private static void CheckEager(GoldenCase c)
    {
        (Graph model, Graph quantized) = TorchNetworks.Quantize(TorchNetworks.Mlp(c), Calibration(c));
        ImmutableArray<Tensor>[] x = [[c.Input("x").ToTensor()]];
        Comparison weights = NumericSuite.CompareWeights(model, quantized);
        foreach (JsonProperty weight in c.Expected.GetProperty("weights").EnumerateObject())
        {
            string name = TorchNetworks.NodeOf(model, weight.Name[..weight.Name.IndexOf("._packed_params", StringComparison.Ordinal)]);
            Near(weight.Value.GetProperty("sqnr"), weights[name].Similarity.Sqnr, weight.Name);
        }
        Comparison outputs = NumericSuite.CompareModelOutputs(model, quantized, x);
        foreach (JsonProperty output in c.Expected.GetProperty("outputs").EnumerateObject())
        {
            string module = output.Name[..^".stats".Length];
            Near(output.Value.GetProperty("sqnr"), outputs[module == "quant" ? "x" : TorchNetworks.NodeOf(model, module)].Similarity.Sqnr, output.Name);
        }
        var logger = new ShadowLogger();
        NumericSuite.CompareModelStub(model, quantized, x, logger);
        foreach (JsonProperty stub in c.Expected.GetProperty("stubs").EnumerateObject())
        {
            LoggedPair row = logger.Entries[TorchNetworks.NodeOf(model, stub.Name[..^".stats".Length])].Single();
            Near(stub.Value.GetProperty("sqnr"), Similarity.Of(row.Float.AsSpan<float>(), row.Quantized.AsSpan<float>()).Sqnr, stub.Name);
        }
    }

    private static void CheckFx(GoldenCase c)
    {
        (Graph model, Graph quantized) = TorchNetworks.Quantize(TorchNetworks.Cnn(c), Calibration(c));
        ImmutableArray<Tensor>[] x = [[c.Input("x").ToTensor()]];
        CheckFx(c, "weights", "weight", NumericSuite.CompareWeights(model, quantized), model);
        CheckFx(c, "activations", "node_output", NumericSuite.CompareModelOutputs(model, quantized, x), model);
        CheckFx(c, "shadow", "node_output", NumericSuite.CompareModelStub(model, quantized, x), model);
    }

    private static void CheckFx(GoldenCase c, string part, string kind, Comparison actual, Graph model)
    {
        foreach (JsonProperty entry in c.Expected.GetProperty(part).EnumerateObject())
        {
            JsonElement sqnr = entry.Value.GetProperty(kind).GetProperty("b")[0].GetProperty("sqnr");
            Near(sqnr[0], actual[TorchNetworks.NodeOf(model, entry.Name)].Similarity.Sqnr, $"{part} of {entry.Name}");
        }
    }

    private static void Near(JsonElement expected, double actual, string what) => Assert.AreEqual(GoldenNumber.Read(expected), actual, Decibels, what);

    private static ImmutableArray<Tensor>[] Calibration(GoldenCase c) => [.. c.Inputs.GetProperty("calibration").EnumerateArray().Select(json => ImmutableArray.Create(GoldenCase.Tensor(json).ToTensor()))];
}
