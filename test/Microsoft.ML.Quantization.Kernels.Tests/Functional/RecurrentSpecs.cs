using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

[TestClass]
[TestCategory("Engine")]
public sealed class RecurrentSpecs
{
    private const int Size = 3, Inputs = 2, Time = 4;

    [TestMethod]
    public void A_sequence_of_one_step_is_a_cell()
    {
        RecurrentWeights weights = Weights(4, Inputs, 1);
        Tensor x = Random(2, 5, Inputs).Reshape(new Shape(1, 5, Inputs));
        (Tensor output, Tensor hidden, Tensor cell) = RecurrentSequences.Lstm(x, null, null, [weights]);
        (Tensor h, Tensor c) = RecurrentCells.Lstm(x.Reshape(new Shape(5, Inputs)), null, null, weights);
        CollectionAssert.AreEqual(h.AsSpan<float>().ToArray(), output.AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(h.AsSpan<float>().ToArray(), hidden.AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(c.AsSpan<float>().ToArray(), cell.AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void A_reversed_layer_reads_the_sequence_backwards()
    {
        RecurrentWeights weights = Weights(3, Inputs, 1);
        Tensor x = Random(3, Time, 1, Inputs), reversed = Tensor.Create<float>([.. x.AsSpan<float>().ToArray().Chunk(Inputs).Reverse().SelectMany(v => v)], x.Shape);
        float[][] both = [.. RecurrentSequences.Gru(x, null, [weights, weights], new() { Bidirectional = true }).Output.AsSpan<float>().ToArray().Chunk(2 * Size)];
        float[][] backwards = [.. RecurrentSequences.Gru(reversed, null, [weights]).Output.AsSpan<float>().ToArray().Chunk(Size)];
        for (int t = 0; t < Time; t++) { CollectionAssert.AreEqual(backwards[Time - 1 - t], both[t][Size..]); }
    }

    [TestMethod]
    public void Layers_without_bias_run_although_PyTorch_cannot_build_them()
    {
        (Tensor output, _) = RecurrentSequences.RnnTanh(Random(4, Time, 1, Inputs), null, [Weights(1, Inputs, 1, bias: false), Weights(1, Size, 2, bias: false)]);
        Assert.AreEqual(new Shape(Time, 1, Size), output.Shape);
        Assert.IsTrue(output.AsSpan<float>().ToArray().Any(v => v != 0));
        Assert.IsTrue(RecurrentSequences.RnnRelu(Random(4, Time, 1, Inputs), null, [Weights(1, Inputs, 1)]).Output.AsSpan<float>().ToArray().All(v => v >= 0));
    }

    [TestMethod]
    public void Every_engine_gives_the_same_bits()
    {
        Tensor x = Random(5, 2, Time, Inputs);
        float[] Run(Engine engine) => RecurrentSequences.Lstm(x, null, null, [Weights(4, Inputs, 1, engine: engine), Weights(4, Size, 2, engine: engine)], new() { BatchFirst = true, Engine = engine }).Output.AsSpan<float>().ToArray();
        foreach (Engine engine in EnginesUnderTest.All) { CollectionAssert.AreEqual(Run(EngineList.Reference), Run(engine), engine.Name); }
    }

    [TestMethod]
    public void Half_precision_weights_come_close_to_float()
    {
        Tensor w = Random(6, 4 * Size, Inputs), u = Random(7, 4 * Size, Size), x = Random(8, 2, Inputs);
        (Tensor half, _) = RecurrentCells.Lstm(x, null, null, RecurrentWeights.PackFloat16(w, u));
        (Tensor bytes, _) = RecurrentCells.Lstm(x, null, null, RecurrentWeights.Pack(GoldenTensors.QuantizeWeight(w), GoldenTensors.QuantizeWeight(u)));
        for (int i = 0; i < half.Length; i++) { Assert.AreEqual(half.AsSpan<float>()[i], bytes.AsSpan<float>()[i], 0.02f); }
    }

    [TestMethod]
    public void Refusals_say_what_to_do()
    {
        RecurrentWeights weights = Weights(4, Inputs, 1);
        Tensor x = Random(1, Time, 1, Inputs);
        Refusal.Of(() => RecurrentSequences.Lstm(x, null, null, []), "0 weights", "1 for each layer");
        Refusal.Of(() => RecurrentSequences.Lstm(x, null, null, [weights], new() { Bidirectional = true }), "1 weights", "2 for each layer");
        Refusal.Of(() => RecurrentSequences.Gru(x, null, [weights]), "[12, 2]", "[9, 2]", "3 gates");
        Refusal.Of(() => RecurrentSequences.Lstm(x, Random(1, 1, 1, 4), null, [weights]), "hidden state", "[1, 1, 3]");
        Refusal.Of(() => RecurrentCells.Lstm(x, null, null, weights), "input", "2 axes");
        Refusal.Of(() => RecurrentCells.Lstm(Random(1, 1, Inputs), null, Random(1, 2, Size), weights), "cell state");
    }

    private static RecurrentWeights Weights(int gates, int inputs, int seed, bool bias = true, Engine? engine = null)
    {
        Tensor? Bias(int add) => bias ? Random(seed + add, gates * Size) : null;
        return RecurrentWeights.Pack(
            GoldenTensors.QuantizeWeight(Random(seed, gates * Size, inputs)), GoldenTensors.QuantizeWeight(Random(seed + 100, gates * Size, Size), perChannel: true), Bias(200), Bias(300), engine);
    }

    private static Tensor Random(int seed, params int[] shape)
    {
        var random = new Random(seed);
        var size = new Shape(shape);
        return Tensor.Create<float>([.. Enumerable.Range(0, size.Length).Select(_ => random.NextSingle() * 2 - 1)], size);
    }
}
