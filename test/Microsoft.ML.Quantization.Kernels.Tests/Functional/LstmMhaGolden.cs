using System.Text.Json;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary><c>lstm_mha_quantizable.json</c>: the parameters of each layer to 1e-5, outputs to two steps of the output's scale, because errors accumulate.</summary>
[TestClass]
[TestCategory("Engine")]
[TestCategory("Golden")]
public sealed class LstmMhaGolden
{
    [TestMethod]
    public void Static_LSTM_and_attention_equal_PyTorch() => GoldenFile.Open("lstm_mha_quantizable.json").Check(_ => null, Check);

    private static void Check(GoldenCase golden)
    {
        foreach (JsonProperty observer in golden.Expected.GetProperty("observers").EnumerateObject()) { CheckParameters(observer); }
        JsonElement converted = golden.Expected.GetProperty("converted");
        if (converted.EnumerateObject().Any(layer => layer.Name.StartsWith("lstm.", StringComparison.Ordinal))) { CheckLstm(golden, converted); }
        else { CheckAttention(golden, converted); }
    }

    // What the observer saw leads to the parameters that PyTorch chose.
    private static void CheckParameters(JsonProperty observer)
    {
        JsonElement expected = observer.Value.GetProperty("qparams");
        float minimum = GoldenCase.Tensor(observer.Value.GetProperty("min_val")).Floats[0], maximum = GoldenCase.Tensor(observer.Value.GetProperty("max_val")).Floats[0];
        float scale = GoldenCase.Tensor(expected.GetProperty("scale")).Floats[0];
        int zeroPoint = GoldenCase.Tensor(expected.GetProperty("zero_point")).Ints[0];
        if (minimum > maximum)
        {
            Assert.AreEqual((1f, 0), (scale, zeroPoint), $"{observer.Name} saw nothing");
            return;
        }
        // The default configuration uses half of the codes: 0..127.
        QuantizationParameters[] candidates = [.. new[] { QuantizedRange.UInt8, new QuantizedRange(0, 127) }
            .Select(range => ParameterChooser.PerTensor(minimum, maximum, QScheme.PerTensorAffine, ElementType.QUInt8, range, customRange: range != QuantizedRange.UInt8))];
        Assert.IsTrue(candidates.Any(actual => Math.Abs(actual.Scale - scale) <= 1e-5f * scale && actual.ZeroPoint == zeroPoint),
            $"{observer.Name}: expected {scale} and {zeroPoint}, found {string.Join(" or ", candidates.Select(candidate => candidate.ToString()))}");
    }

    private static void CheckLstm(GoldenCase golden, JsonElement converted)
    {
        bool bidirectional = golden.Flag("bidirectional");
        StaticLstmWeights[] weights = [.. Enumerable.Range(0, golden.Integer("num_layers") ?? 1)
            .SelectMany(layer => bidirectional ? new[] { $"lstm.layers.{layer}.layer_fw.cell.", $"lstm.layers.{layer}.layer_bw.cell." } : [$"lstm.layers.{layer}.layer_fw.cell."])
            .Select(prefix => Weights(converted, prefix))];
        foreach (Engine engine in EnginesUnderTest.All)
        {
            QuantizedTensor actual = StaticRecurrence.Lstm(Quantize(golden, converted, "x"), weights, bidirectional, engine);
            Near(GoldenCase.Tensor(golden.Expected.GetProperty("output")), actual);
        }
    }

    private static void CheckAttention(GoldenCase golden, JsonElement converted)
    {
        var attention = new StaticAttention(golden.Integer("num_heads")!.Value, Projection("linear_Q"), Projection("linear_K"), Projection("linear_V"),
            Map(converted, "mha.quant_attn_output"), Map(converted, "mha.quant_attn_output_weights"), Projection("out_proj"));
        foreach (Engine engine in EnginesUnderTest.All)
        {
            (QuantizedTensor output, QuantizedTensor weights) = attention.Run(Quantize(golden, converted, "q"), Quantize(golden, converted, "k"), Quantize(golden, converted, "v"), engine);
            Near(GoldenCase.Tensor(golden.Expected.GetProperty("attn_output")), output);
            Near(GoldenCase.Tensor(golden.Expected.GetProperty("attn_weights")), weights);
        }

        StaticProjection Projection(string name) => new(Weight(converted, "mha." + name), Bias(converted, "mha." + name), Map(converted, "mha." + name));
    }

    private static StaticLstmWeights Weights(JsonElement converted, string prefix) => new(
        Weight(converted, prefix + "igates"), Bias(converted, prefix + "igates"), Weight(converted, prefix + "hgates"), Bias(converted, prefix + "hgates"),
        Map(converted, prefix + "igates"), Map(converted, prefix + "hgates"), Map(converted, prefix + "gates"), Map(converted, prefix + "fgate_cx"),
        Map(converted, prefix + "igate_cgate"), Map(converted, prefix + "fgate_cx_igate_cgate"), Map(converted, prefix + "ogate_cy"));

    private static QuantizedTensor Weight(JsonElement converted, string layer) => GoldenCase.Tensor(converted.GetProperty(layer).GetProperty("weight")).Quantized();

    private static Tensor? Bias(JsonElement converted, string layer) =>
        converted.GetProperty(layer).TryGetProperty("bias", out JsonElement bias) && GoldenTensor.IsTensor(bias) ? GoldenCase.Tensor(bias).ToTensor() : null;

    private static OutputMap Map(JsonElement converted, string layer) =>
        new(converted.GetProperty(layer).GetProperty("scale").GetDouble(), converted.GetProperty(layer).GetProperty("zero_point").GetInt32());

    private static QuantizedTensor Quantize(GoldenCase golden, JsonElement converted, string input)
    {
        OutputMap map = Map(converted, "quant");
        return QuantizedTensor.QuantizePerTensor(GoldenCase.Tensor(golden.Inputs.GetProperty(input)).ToTensor(), map.Scale, map.ZeroPoint, ElementType.QUInt8);
    }

    private static void Near(GoldenTensor expected, QuantizedTensor actual)
    {
        Assert.AreEqual(expected.Shape, actual.Shape);
        float[] found = actual.Dequantize().AsSpan<float>().ToArray();
        for (int i = 0; i < found.Length; i++) { Assert.AreEqual(expected.Floats[i], found[i], 2.001 * actual.QScale, $"element {i}"); }
    }
}
