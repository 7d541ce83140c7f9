using System.Text.Json;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary><c>rnn_dynamic.json</c>: outputs and states to 1e-4, because one input code may flip at a tie.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class RnnDynamicGolden
{
    [TestMethod]
    public void Recurrent_layers_equal_PyTorch() => GoldenFile.Open("rnn_dynamic.json").Check(_ => null, Check);

    private static void Check(GoldenCase golden)
    {
        Tensor[] actual = Run(golden);
        JsonElement[] expected = [.. golden.Expected.GetProperty("outputs").EnumerateArray()];
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++) { GoldenTensors.AssertNear(GoldenCase.Tensor(expected[i]), actual[i], 0, 1e-4, $"output {i}"); }
    }

    private static Tensor[] Run(GoldenCase golden)
    {
        JsonElement[] arguments = [.. golden.Inputs.GetProperty("args").EnumerateArray()];
        Tensor x = GoldenCase.Tensor(arguments[0]).ToTensor();
        Tensor[] states = arguments.Length < 2 ? [] : GoldenTensor.IsTensor(arguments[1]) ? [GoldenCase.Tensor(arguments[1]).ToTensor()]
            : [.. arguments[1].EnumerateArray().Select(state => GoldenCase.Tensor(state).ToTensor())];
        Tensor? h = states.ElementAtOrDefault(0), c = states.ElementAtOrDefault(1);
        // The modules ask for a reduced range; PyTorch's qnnpack engine ignores that.
        bool reduceRange = golden.Expected.GetProperty("engine").GetString() != "qnnpack";
        var options = new SequenceOptions { Bidirectional = golden.Flag("bidirectional"), BatchFirst = golden.Flag("batch_first"), ReduceRange = reduceRange };
        bool relu = golden.Text("nonlinearity") == "relu";
        switch (golden.Text("module"))
        {
            case "RNNCell": return [relu ? RecurrentCells.RnnRelu(x, h, Weights(golden, ""), reduceRange) : RecurrentCells.RnnTanh(x, h, Weights(golden, ""), reduceRange)];
            case "GRUCell": return [RecurrentCells.Gru(x, h, Weights(golden, ""), reduceRange)];
            case "LSTMCell":
                (Tensor hidden, Tensor cell) = RecurrentCells.Lstm(x, h, c, Weights(golden, ""), reduceRange);
                return [hidden, cell];
            case "LSTM":
                (Tensor output, hidden, cell) = RecurrentSequences.Lstm(x, h, c, Layers(golden), options);
                return [output, hidden, cell];
            case "GRU":
                (output, hidden) = RecurrentSequences.Gru(x, h, Layers(golden), options);
                return [output, hidden];
            case "RNN":
                (output, hidden) = relu ? RecurrentSequences.RnnRelu(x, h, Layers(golden), options) : RecurrentSequences.RnnTanh(x, h, Layers(golden), options);
                return [output, hidden];
            case var other: throw new NotSupportedException($"This test knows no module '{other}'.");
        }
    }

    private static RecurrentWeights[] Layers(GoldenCase golden) =>
        [.. Enumerable.Range(0, golden.Integer("num_layers") ?? 1).SelectMany(layer => golden.Flag("bidirectional") ? new[] { $"_l{layer}", $"_l{layer}_reverse" } : [$"_l{layer}"])
            .Select(suffix => Weights(golden, suffix))];

    private static RecurrentWeights Weights(GoldenCase golden, string suffix)
    {
        JsonElement parameters = golden.Inputs.GetProperty("params");
        Tensor? Bias(string name) => parameters.TryGetProperty(name + suffix, out JsonElement bias) && GoldenTensor.IsTensor(bias) ? GoldenCase.Tensor(bias).ToTensor() : null;
        QuantizedTensor Weight(string name) => GoldenTensors.QuantizeWeight(GoldenCase.Tensor(parameters.GetProperty(name + suffix)).ToTensor(), golden.Text("weight") == "per_channel");
        return RecurrentWeights.Pack(Weight("weight_ih"), Weight("weight_hh"), Bias("bias_ih"), Bias("bias_hh"));
    }
}
