using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>
/// A trained transformer encoder whose padding mask of −10⁹ is an input. Each row is up to 16 symbols, padded with 0; the answer is how often
/// the first symbol comes again, at most 3, which no model finds that cannot compare places. PyTorch's graph mode quantizes the sum of scores
/// and mask, and guesses then.
/// </summary>
[TestClass]
public sealed class MaskedEncoderSpec
{
    private const int Length = 16, Calibration = 128, Expected = 64;

    private static readonly byte[] s_tokens = File.ReadAllBytes(RepositoryFolder.At("test", "Models", "masked_encoder.tokens.u8"));

    private static Graph Model() => OnnxImporter.Load(RepositoryFolder.At("test", "Models", "masked_encoder.onnx"));

    [TestMethod]
    public void In_float_it_gives_what_PyTorch_gave()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(Model());
        byte[] bytes = File.ReadAllBytes(RepositoryFolder.At("test", "Models", "masked_encoder.expected.f32"));
        TensorAssert.AreClose(Tensor.Create<float>(MemoryMarshal.Cast<byte, float>(bytes), new Shape(Expected, 4)), plan.Run(Rows(0, Expected))[0], 1e-3f);
    }

    [TestMethod]
    public void In_float_it_gives_what_ONNX_Runtime_gives()
    {
        OnnxRuntimeSession.Require();
        using ExecutionPlan plan = ExecutionPlan.Bind(Model());
        using var session = new OnnxRuntimeSession(RepositoryFolder.At("test", "Models", "masked_encoder.onnx"));
        TensorAssert.AreClose(session.Run([.. Rows(0, Expected)])[0], plan.Run(Rows(0, Expected))[0], 1e-3f);
    }

    [TestMethod]
    public void Quantized_with_defaults_it_answers_as_in_float_and_says_that_the_mask_stays_float()
    {
        Graph model = Model();
        QuantizedModel quantized = ModelQuantizer.QuantizeStatic(model, [Rows(0, Calibration)]);
        Assert.HasCount(4, quantized.Notes.Where(note => note is { Pass: "Prepare", Applied: false } && note.Text.Contains("(an additive mask?)", StringComparison.Ordinal)), "Add and Softmax of two layers");
        using ExecutionPlan plan = ExecutionPlan.Bind(model), integers = ExecutionPlan.Bind(quantized.Graph);
        int rows = s_tokens.Length / Length;
        (double expected, double found) = (Accuracy(plan, Calibration, rows), Accuracy(integers, Calibration, rows));
        Console.WriteLine($"float {expected:P2}, int8 {found:P2}, {plan.Notes.Length} notes");
        Assert.IsGreaterThanOrEqualTo(0.99, expected);
        Assert.IsGreaterThanOrEqualTo(expected - 0.01, found);
    }

    // PyTorch's annotate every Add; an additive mask among its operands is the exception made here.
    [TestMethod]
    public void Quantizers_for_exported_graphs_leave_the_mask_in_float_as_well()
    {
        Graph model = Model();
        int rows = s_tokens.Length / Length;
        using ExecutionPlan plan = ExecutionPlan.Bind(model);
        double expected = Accuracy(plan, Calibration, rows);
        foreach (GraphQuantizer quantizer in (GraphQuantizer[])
            [
                new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: true)),
                new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: true, isDynamic: true)),
                new X86InductorQuantizer().SetGlobal(X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig()),
                new ComposableQuantizer(new EmbeddingQuantizer(), new X86InductorQuantizer().SetGlobal(X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig(isDynamic: true))),
            ])
        {
            using ExecutionPlan integers = ExecutionPlan.Bind(ModelQuantizer.QuantizePt2e(model, quantizer, [Rows(0, Calibration)]).Graph);
            double found = Accuracy(integers, Calibration, rows);
            Console.WriteLine($"{quantizer.GetType().Name}: float {expected:P2}, quantized {found:P2}");
            Assert.IsGreaterThanOrEqualTo(expected - 0.01, found, quantizer.GetType().Name);
        }
    }

    // Six linear layers in each of two encoder layers, and the classifier; the addition of a bias belongs to its product.
    [TestMethod]
    public void All_its_linear_layers_run_in_integers()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(ModelQuantizer.QuantizeStatic(Model(), [Rows(0, Calibration)]).Graph);
        int products = plan.Notes.Count(note => note.Applied && note.Text is "MatMul runs in integers" or "Gemm runs in integers");
        Assert.IsGreaterThanOrEqualTo(2 * 6 + 1, products, string.Join('\n', plan.Notes));
    }

    private static double Accuracy(ExecutionPlan plan, int from, int to)
    {
        Tensor scores = plan.Run(Rows(from, to))[0];
        int right = 0;
        for (int row = from; row < to; row++)
        {
            ReadOnlySpan<float> classes = scores.AsSpan<float>().Slice((row - from) * 4, 4);
            ReadOnlySpan<byte> tokens = s_tokens.AsSpan(row * Length, Length);
            int answer = Math.Min(3, tokens[1..].Count(tokens[0]));
            right += classes.IndexOf(classes.ToArray().Max()) == answer ? 1 : 0;
        }
        return right / (double)(to - from);
    }

    private static ImmutableArray<Tensor> Rows(int from, int to)
    {
        var tokens = new Tensor(ElementType.Int64, new Shape(to - from, Length));
        var mask = new Tensor(ElementType.Float32, new Shape(to - from, 1, 1, Length));
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens.AsSpan<long>()[i] = s_tokens[from * Length + i];
            mask.AsSpan<float>()[i] = s_tokens[from * Length + i] == 0 ? -1e9f : 0f;
        }
        return [tokens, mask];
    }
}
