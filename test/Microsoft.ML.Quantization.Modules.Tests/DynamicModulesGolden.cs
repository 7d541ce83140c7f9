using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Modules.Tests;

/// <summary><c>e2e_dynamic.json</c> and <c>rnn_dynamic.json</c>: trees of modules with ranges chosen in each run, to 1e-4, because one code may flip at a tie.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class DynamicModulesGolden
{
    public static IEnumerable<object[]> Networks => GoldenModules.Cases("e2e_dynamic.json").Select(c => new object[] { c });

    // The modules that PyTorch has; its engines beside qnnpack take inputs of 7 bits, which these do not.
    public static IEnumerable<object[]> Layers => GoldenModules.Cases("rnn_dynamic.json")
        .Where(c => c.Text("module") != "RNN" && c.Expected.GetProperty("engine").GetString() == "qnnpack").Select(c => new object[] { c });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Networks_give_what_PyTorch_gives(GoldenCase c)
    {
        bool language = c.Name.StartsWith("lang", StringComparison.Ordinal);
        Module model = language ? new Language() : new Mlp(stubs: false);
        GoldenModules.State(c).LoadInto(model);
        GoldenModules.Near(c.Answer("float_output"), model.Forward(c.Input("x").ToTensor()).ToTensor(), 1e-5, 1e-6, "float output");

        QConfigMapping mapping = QConfigMapping.Empty.SetObjectType("nn.Linear", QConfigs.Dynamic);
        if (language) { mapping = mapping.SetObjectType("nn.LSTM", QConfigs.Dynamic).SetObjectType("nn.Embedding", QConfigs.FloatQParamsWeightOnly); }
        Module quantized = EagerQuantization.QuantizeDynamic(model, mapping);

        foreach (JsonProperty type in c.Expected.GetProperty("module_types").EnumerateObject().Where(type => !type.Name.Contains("._", StringComparison.Ordinal)))
        {
            string name = quantized[type.Name].TypeName;
            Assert.AreEqual(type.Value.GetString(), name[(name.LastIndexOf('.') + 1)..], type.Name);
        }
        GoldenModules.Near(c.Answer("output"), quantized.Forward(c.Input("x").ToTensor()).ToTensor(), 0, 1e-4, "output");
    }

    [TestMethod]
    [DynamicData(nameof(Layers))]
    public void Recurrent_modules_give_what_PyTorch_gives(GoldenCase c)
    {
        JsonElement parameters = c.Inputs.GetProperty("params");
        string suffix = parameters.TryGetProperty("weight_ih_l0", out JsonElement input) ? "_l0" : "";
        int[] sizes = GoldenCase.Tensor(suffix.Length > 0 ? input : parameters.GetProperty("weight_ih")).Shape.Sizes.ToArray();
        int hidden = GoldenCase.Tensor(parameters.GetProperty("weight_hh" + suffix)).Shape[1];
        int layers = c.Integer("num_layers") ?? 1;
        bool bias = parameters.TryGetProperty("bias_ih" + suffix, out JsonElement given) && GoldenTensor.IsTensor(given), batchFirst = c.Flag("batch_first"), bidirectional = c.Flag("bidirectional");
        Module layer = c.Text("module") switch
        {
            "LSTM" => new LSTM(sizes[1], hidden, layers, bias, batchFirst, bidirectional),
            "GRU" => new GRU(sizes[1], hidden, layers, bias, batchFirst, bidirectional),
            "LSTMCell" => new LSTMCell(sizes[1], hidden, bias),
            "GRUCell" => new GRUCell(sizes[1], hidden, bias),
            _ => new RNNCell(sizes[1], hidden, c.Text("nonlinearity") == "relu", bias),
        };
        GoldenModules.State(c).LoadInto(layer);
        layer.QConfig = c.Text("weight") == "per_channel" ? QConfigs.PerChannelDynamic : QConfigs.Dynamic;

        JsonElement[] arguments = [.. c.Inputs.GetProperty("args").EnumerateArray()];
        ImmutableArray<Value> values = [GoldenModules.Tensor(arguments[0]),
            .. arguments.Skip(1).SelectMany(argument => GoldenTensor.IsTensor(argument) ? [argument] : argument.ValueKind == JsonValueKind.Array ? argument.EnumerateArray().ToArray() : []).Select(state => (Value)GoldenModules.Tensor(state))];
        ImmutableArray<Value> results = EagerQuantization.QuantizeDynamic(layer, QConfigMapping.Empty).Forward(values);
        JsonElement[] expected = [.. c.Expected.GetProperty("outputs").EnumerateArray()];
        Assert.HasCount(expected.Length, results);
        for (int i = 0; i < expected.Length; i++) { GoldenModules.Near(GoldenCase.Tensor(expected[i]), results[i].ToTensor(), 0, 1e-4, $"output {i}"); }
        // The float module lies near, so that its graph has the gates in the right order. 8 bits over several steps lose no more than this.
        ImmutableArray<Value> floats = layer.Forward(values);
        for (int i = 0; i < expected.Length; i++) { GoldenModules.Near(GoldenCase.Tensor(expected[i]), floats[i].ToTensor(), 0, 0.05, $"float output {i}"); }
    }

    /// <summary>An embedding, an LSTM and a linear layer over its last output.</summary>
    private sealed class Language : Module
    {
        public Language()
        {
            RegisterModule("emb", new Embedding(12, 6));
            RegisterModule("lstm", new LSTM(6, 5, batchFirst: true));
            RegisterModule("fc", new Linear(5, 4));
        }

        public override string TypeName => "Language";

        protected override Value Compute(Value value) => this["fc"].Forward(this["lstm"].Forward([this["emb"].Forward(value)])[0].Select(1, -1));
    }
}
