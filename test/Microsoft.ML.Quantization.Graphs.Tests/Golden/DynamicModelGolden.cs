using System.Text.Json;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary><c>e2e_dynamic.json</c>: networks with ranges chosen at run time.</summary>
[TestClass]
public sealed class DynamicModelGolden
{
    private const double Absolute = 1e-4;

    [TestMethod]
    [TestCategory("Golden")]
    public void Networks_compute_what_PyTorch_computes() => GoldenFile.Open("e2e_dynamic.json").Check(_ => null, c =>
    {
        Tensor output = c.Inputs.GetProperty("params").TryGetProperty("emb.weight", out _) ? Language(c) : Perceptron(c);
        Near.Floats(c.Answer("output"), output.AsSpan<float>(), 0, Absolute, "output");
    });

    private static Tensor Perceptron(GoldenCase c)
    {
        JsonElement modules = c.Expected.GetProperty("converted");
        foreach (string name in new[] { "fc1", "fc2", "fc3" }) { new ConvertedModule(modules.GetProperty(name)).CheckWeight(Parameter(c, name + ".weight"), 0, name); }
        Tensor x = new ConvertedModule(modules.GetProperty("fc1")).RunDynamic(c.Input("x").ToTensor());
        x = new ConvertedModule(modules.GetProperty("fc2")).RunDynamic(Map(x, value => MathF.Max(value, 0f)));
        return new ConvertedModule(modules.GetProperty("fc3")).RunDynamic(Map(x, FloatMath.Sigmoid));
    }

    // Rows of an embedding with real zero points, an LSTM over them, a linear layer over its last state.
    private static Tensor Language(GoldenCase c)
    {
        Tensor embedding = Parameter(c, "emb.weight"), indices = c.Input("x").ToTensor();
        IObserver observer = new ObserverSpec { Observer = "PerChannelMinMax", Type = ElementType.QUInt8, Scheme = QScheme.PerChannelAffineFloatQParams }.Create();
        observer.Observe(embedding.AsSpan<float>(), embedding.Shape);
        Tensor rows = Embeddings.Embedding(PackedEmbedding.Pack(QuantizedTensor.Quantize(embedding, observer.CalculateQParams())), indices);
        return Linear(c, LastState(c, rows), "fc.weight", "fc.bias");
    }

    // The input products of the whole sequence share one range; those of the state have one for each step. Gates in the order i, f, g, o.
    private static Tensor LastState(GoldenCase c, Tensor rows)
    {
        (int batch, int steps, int features) = (rows.Shape[0], rows.Shape[1], rows.Shape[2]);
        Tensor all = Linear(c, rows.Reshape(new Shape(batch * steps, features)), "lstm.weight_ih_l0", "lstm.bias_ih_l0");
        int size = all.Shape[1] / 4;
        Tensor state = new(ElementType.Float32, new Shape(batch, size));
        float[] cell = new float[batch * size];
        for (int step = 0; step < steps; step++)
        {
            Tensor ofState = Linear(c, state, "lstm.weight_hh_l0", "lstm.bias_hh_l0");
            for (int i = 0; i < cell.Length; i++)
            {
                (int row, int unit) = (i / size, i % size);
                float Gate(int gate) => all.AsSpan<float>()[(row * steps + step) * 4 * size + gate * size + unit] + ofState.AsSpan<float>()[row * 4 * size + gate * size + unit];
                cell[i] = FloatMath.Sigmoid(Gate(1)) * cell[i] + FloatMath.Sigmoid(Gate(0)) * FloatMath.Tanh(Gate(2));
                state.AsSpan<float>()[i] = FloatMath.Sigmoid(Gate(3)) * FloatMath.Tanh(cell[i]);
            }
        }
        return state;
    }

    private static Tensor Linear(GoldenCase c, Tensor x, string weight, string bias) =>
        DynamicFunctions.Linear(x, ConvertedModule.Observed(Parameter(c, weight), perChannel: false), Parameter(c, bias));

    private static Tensor Parameter(GoldenCase c, string name) => GoldenCase.Tensor(c.Inputs.GetProperty("params").GetProperty(name)).ToTensor();

    private static Tensor Map(Tensor x, Func<float, float> function)
    {
        foreach (ref float value in x.AsSpan<float>()) { value = function(value); }
        return x;
    }
}
