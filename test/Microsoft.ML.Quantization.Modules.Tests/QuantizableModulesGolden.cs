using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Modules.Tests;

/// <summary><c>lstm_mha_quantizable.json</c>: LSTM and attention made of modules; parameters to 1e-5, outputs to two steps of their scale, because errors accumulate.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class QuantizableModulesGolden
{
    public static IEnumerable<object[]> Every => GoldenModules.Cases("lstm_mha_quantizable.json").Select(c => new object[] { c });

    [TestMethod]
    [DynamicData(nameof(Every))]
    public void Prepared_calibrated_and_converted_they_are_those_of_PyTorch(GoldenCase c)
    {
        bool lstm = c.Name.StartsWith("LSTM", StringComparison.Ordinal);
        Module model = lstm ? new AroundLstm(c) : new AroundAttention(c.Integer("embed_dim")!.Value, c.Integer("num_heads")!.Value);
        GoldenModules.State(c).LoadInto(model);
        model.QConfig = Config(c);
        CheckFloats(c, lstm, model.Forward(Inputs(c, lstm)));

        Module prepared = EagerQuantization.Prepare(model);
        foreach (JsonElement batch in c.Inputs.GetProperty("calibration").EnumerateArray())
        {
            prepared.Forward(GoldenTensor.IsTensor(batch) ? [GoldenModules.Tensor(batch)] : [.. batch.EnumerateArray().Select(tensor => (Value)GoldenModules.Tensor(tensor))]);
        }
        foreach (JsonProperty observer in c.Expected.GetProperty("observers").EnumerateObject())
        {
            QuantizationParameters parameters = ((ObserverModule)prepared[observer.Name]).Statistics.CalculateQParams();
            JsonElement expected = observer.Value.GetProperty("qparams");
            double scale = GoldenCase.Tensor(expected.GetProperty("scale")).Single;
            Assert.AreEqual(scale, parameters.Scale, 1e-5 * scale, observer.Name);
            Assert.AreEqual((int)GoldenCase.Tensor(expected.GetProperty("zero_point")).Single, parameters.ZeroPoint, observer.Name);
        }

        Module converted = EagerQuantization.Convert(prepared);
        Assert.AreEqual(lstm ? "nn.quantized.LSTM" : "nn.quantized.MultiheadAttention", converted[lstm ? "lstm" : "mha"].TypeName);
        ImmutableArray<Value> results = converted.Forward(Inputs(c, lstm));
        CheckSteps(c, lstm ? "output" : "attn_output", results[0], lstm ? LastStep(c) : Scale(c, "mha.out_proj"));
        if (!lstm) { CheckSteps(c, "attn_weights", results[1], Scale(c, "mha.quant_attn_output_weights")); }
    }

    [TestMethod]
    public void A_converted_LSTM_becomes_a_graph_that_gives_its_result()
    {
        GoldenCase c = GoldenModules.Cases("lstm_mha_quantizable.json").First(c => c.Name.StartsWith("LSTM", StringComparison.Ordinal));
        var model = new AroundLstm(c);
        GoldenModules.State(c).LoadInto(model);
        model.QConfig = Config(c);
        ImmutableArray<Value>[] batches = [.. c.Inputs.GetProperty("calibration").EnumerateArray().Select(batch => ImmutableArray.Create<Value>(GoldenModules.Tensor(batch)))];
        Module converted = EagerQuantization.Quantize(model, batches);
        Tensor x = c.Input("x").ToTensor(), expected = converted.Forward(x).ToTensor();
        Graph graph = converted.ToGraph([new("x", new TensorFact(ElementType.Float32, x.Shape))]);
        Assert.IsTrue(graph.IsQuantized);
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        float[] found = plan.Run(x)[0].AsSpan<float>().ToArray();
        for (int i = 0; i < found.Length; i++) { Assert.AreEqual(expected.AsSpan<float>()[i], found[i], 2.001 * LastStep(c), $"[{i}]"); }
    }

    private static ImmutableArray<Value> Inputs(GoldenCase c, bool lstm) => [.. (lstm ? (string[])["x"] : ["q", "k", "v"]).Select(name => (Value)c.Input(name).ToTensor())];

    private static void CheckFloats(GoldenCase c, bool lstm, ImmutableArray<Value> results)
    {
        GoldenModules.Near(c.Answer(lstm ? "float_output" : "float_attn_output"), results[0].ToTensor(), 1e-5, 1e-6, "float output");
        if (!lstm) { GoldenModules.Near(c.Answer("float_attn_weights"), results[1].ToTensor(), 1e-5, 1e-6, "float weights"); }
    }

    private static void CheckSteps(GoldenCase c, string answer, Value value, double scale) => GoldenModules.Near(c.Answer(answer), value.ToTensor(), 0, 2.001 * scale, answer);

    private static double Scale(GoldenCase c, string module) => c.Expected.GetProperty("converted").GetProperty(module).GetProperty("scale").GetDouble();

    private static double LastStep(GoldenCase c) => c.Expected.GetProperty("converted").EnumerateObject().Where(module => module.Name.EndsWith("ogate_cy", StringComparison.Ordinal)).Max(module => module.Value.GetProperty("scale").GetDouble());

    // PyTorch's default configuration uses half of the codes.
    private static QConfig Config(GoldenCase c) => new(c.Text("qconfig")!.Contains("default", StringComparison.Ordinal) ? ObserverDefaults.Activation : new ObserverSpec { Observer = "MinMax" }, ObserverDefaults.Weight);

    private sealed class AroundLstm : Module
    {
        public AroundLstm(GoldenCase c)
        {
            RegisterModule("quant", new QuantStub());
            RegisterModule("lstm", new LSTM(c.Integer("input_size")!.Value, c.Integer("hidden_size")!.Value, c.Integer("num_layers") ?? 1, bidirectional: c.Flag("bidirectional")));
            RegisterModule("dequant", new DeQuantStub());
        }

        public override string TypeName => "AroundLstm";

        protected override Value Compute(Value value) => this["dequant"].Forward(this["lstm"].Forward([this["quant"].Forward(value)])[0]);
    }

    private sealed class AroundAttention : Module
    {
        public AroundAttention(int embedding, int heads)
        {
            RegisterModule("quant", new QuantStub());
            RegisterModule("mha", new MultiheadAttention(embedding, heads));
            RegisterModule("dequant", new DeQuantStub());
        }

        public override string TypeName => "AroundAttention";

        protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values) =>
            [.. this["mha"].Forward([.. values.Select(value => this["quant"].Forward(value))]).Select(value => this["dequant"].Forward(value))];
    }
}
