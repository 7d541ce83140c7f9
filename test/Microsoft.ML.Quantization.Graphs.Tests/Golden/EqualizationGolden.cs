using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

[TestClass]
public sealed class EqualizationGolden
{
    [TestMethod]
    [TestCategory("Golden")]
    public void Equalization_and_bias_correction_are_those_of_PyTorch() => GoldenFile.Open("equalization.json").Check(_ => null, c =>
    {
        if (c.Name.StartsWith("cle", StringComparison.Ordinal)) { CheckCrossLayer(c); }
        else if (c.Name.StartsWith("bias_correction", StringComparison.Ordinal)) { CheckBias(c); }
        else { CheckInputWeight(c); }
    });

    private static void CheckCrossLayer(GoldenCase c)
    {
        Graph graph = Chain(c);
        LayerPair[] pairs = [.. c.Attributes.GetProperty("pairs").EnumerateArray().Select(pair => new LayerPair(pair[0].GetString()!, pair[1].GetString()!))];
        var options = new EqualizationOptions { Pairs = [.. pairs], Threshold = (float)c.Number("threshold")!.Value };
        Graph single = new EqualizeCrossLayer(options with { Pairs = [pairs[0]], MaximumRounds = 1 }).Run(graph).Graph;
        Graph converged = new EqualizeCrossLayer(options).Run(graph).Graph;
        CheckConstants(c.Expected.GetProperty("single_step_pair_0_1"), single, 1e-5);
        CheckConstants(c.Expected.GetProperty("converged"), converged, 1e-3);
        Near.Magnitude(c.Answer("output_before"), Output(c, graph), 1e-5, "output before");
        Near.Magnitude(c.Answer("output_after"), Output(c, converged), 1e-5, "output after");
    }

    private static Graph Chain(GoldenCase c)
    {
        var network = new ParameterGraph(c);
        string value = network.Input("x", c.Input("x").Shape);
        string[] layers = [.. c.Inputs.GetProperty("params").EnumerateObject().Where(p => p.Name.EndsWith(".weight", StringComparison.Ordinal)).Select(p => p.Name[..^".weight".Length])];
        foreach (string layer in layers) { value = c.Text("kind") == "conv" ? network.Layer(layer, "Conv", value, NodeAttributes.Empty) : network.Linear(layer, value); }
        network.Builder.AddOutput(value);
        return network.Builder.Build();
    }

    private static float[] Output(GoldenCase c, Graph graph)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        return plan.Run(c.Input("x").ToTensor())[0].AsSpan<float>().ToArray();
    }

    private static void CheckConstants(JsonElement expected, Graph graph, double relative)
    {
        foreach (JsonProperty parameter in expected.EnumerateObject()) { Near.Floats(GoldenCase.Tensor(parameter.Value), graph.Constant(parameter.Name)!.AsSpan<float>(), relative, 0, parameter.Name); }
    }

    private static void CheckBias(GoldenCase c)
    {
        JsonElement layers = c.Expected.GetProperty("converted_before");
        ImmutableArray<Tensor>[] data = [.. c.Inputs.GetProperty("data").EnumerateArray().Select(json => ImmutableArray.Create(GoldenCase.Tensor(json).ToTensor()))];
        var model = new ParameterGraph(c);
        var quantized = new GivenGraph();
        string real = model.Input("x", data[0][0].Shape);
        Codes codes = quantized.Input("x", data[0][0].Shape, layers.GetProperty("quant"));
        foreach (string name in layers.EnumerateObject().Select(layer => layer.Name).Where(name => name != "quant" && !name.EndsWith("_packed_params", StringComparison.Ordinal)))
        {
            bool linear = c.Text("kind") == "linear";
            real = linear ? model.Linear(name, real) : model.Layer(name, "Conv", real, NodeAttributes.Empty);
            codes = quantized.Layer(name, linear ? "Gemm" : "Conv", codes, layers.GetProperty(name));
        }
        model.Builder.AddOutput(real);
        quantized.AddOutput(codes);
        // QNNPACK keeps the bias of its first run, so PyTorch measures every layer in the uncorrected model.
        CorrectedBiases corrected = BiasCorrection.Run(model.Builder.Build(), quantized.Build(), data, sequential: false);
        JsonElement after = c.Expected.GetProperty("bias_after");
        Assert.AreEqual(after.EnumerateObject().Count(), corrected.Changes.Length);
        foreach (BiasChange change in corrected.Changes) { Near.Floats(GoldenCase.Tensor(after.GetProperty(change.Node)), change.After.AsSpan(), 0, 1e-5, change.Node); }
    }

    private static void CheckInputWeight(GoldenCase c)
    {
        MinMaxObserver input = PerChannel(c.Integer("input_ch_axis")!.Value), weight = PerChannel(c.Integer("weight_ch_axis")!.Value);
        foreach (JsonElement x in c.Inputs.GetProperty("xs").EnumerateArray()) { Observe(input, GoldenCase.Tensor(x)); }
        Observe(weight, c.Input("weight"));
        ImmutableArray<float> factors = InputWeightEqualization.Factors(input, weight);
        Near.Floats(c.Answer("equalization_scale"), factors.AsSpan(), 1e-5, 0, "equalization_scale");
        (float minimum, float maximum) = InputWeightEqualization.ScaledRange(input, factors);
        Near.Floats([(float)c.Answer("scaled_min").Single, (float)c.Answer("scaled_max").Single], [minimum, maximum], 1e-5, 0, "scaled range");
    }

    private static MinMaxObserver PerChannel(int axis) =>
        new(new ObserverSpec { Observer = "PerChannelMinMax", Type = ElementType.QInt8, Scheme = QScheme.PerChannelAffine, ChannelAxis = axis }, perChannel: true);

    private static void Observe(MinMaxObserver observer, GoldenTensor tensor) => observer.Observe(tensor.Floats, tensor.Shape);
}
