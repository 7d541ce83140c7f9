using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>A network that PyTorch quantized and exported, with a Cast behind each QuantizeLinear and zero points that are computed.</summary>
[TestClass]
public sealed class PyTorchQuantizedSpec
{
    // The smallest step of the network's outputs, in reals.
    private const float Step = 0.0046f;

    [TestMethod]
    public void It_runs_in_integers()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(Model());
        foreach (string op in new[] { "Conv", "Conv", "Add", "MaxPool", "GlobalAveragePool", "Flatten", "Gemm" }.Distinct())
        {
            Assert.IsTrue(plan.Notes.Any(note => note.Applied && note.Text == $"{op} runs in integers"), $"{op}\n{string.Join('\n', plan.Notes)}");
        }
        Assert.HasCount(7, plan.Notes.Where(note => note.Applied && note.Text.EndsWith(" runs in integers", StringComparison.Ordinal)));
        Assert.AreEqual("", string.Join('\n', plan.Notes.Where(note => !note.Applied)));
    }

    [TestMethod]
    public void It_gives_what_PyTorch_gave_to_a_code()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(Model());
        TensorAssert.AreClose(Read("expected", 4, 5), plan.Run(Read("input", 4, 3, 12, 12))[0], Step);
    }

    private static Graph Model() => OnnxImporter.Load(RepositoryFolder.At("test", "Models", "pytorch_quantized.onnx"));

    private static Tensor Read(string kind, params int[] shape) =>
        Tensor.Create<float>(MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(RepositoryFolder.At("test", "Models", $"pytorch_quantized.{kind}.f32"))), new Shape(shape));
}
