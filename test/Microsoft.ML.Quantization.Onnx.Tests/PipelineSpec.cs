using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>Every pass leaves a sound graph of every reference network, and only fusing batch normalization moves a result.</summary>
[TestClass]
public sealed class PipelineSpec
{
    public static IEnumerable<object[]> Models => Directory.EnumerateFiles(RepositoryFolder.At("test", "Models"), "*.onnx").Order(StringComparer.Ordinal).Select(file => new object[] { Path.GetFileName(file) });

    [TestMethod]
    [DynamicData(nameof(Models))]
    public void Every_pass_leaves_a_sound_graph_that_computes_the_same(string model)
    {
        Graph graph = OnnxImporter.Load(RepositoryFolder.At("test", "Models", model));
        GraphVerifier.Verify(graph);
        ImmutableArray<Tensor> x = Inputs(graph, seed: 1);
        float[] expected = Run(graph, x);
        foreach (IGraphPass pass in FusionPipeline.Passes())
        {
            graph = pass.Run(graph).Graph;
            GraphVerifier.Verify(graph);
            float[] actual = Run(graph, x);
            float largest = expected.Max(Math.Abs);
            for (int i = 0; i < expected.Length; i++) { Assert.AreEqual(expected[i], actual[i], 1e-5f * Math.Max(1f, largest), $"{pass.Name}, output {i}"); }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Models))]
    public void The_quantized_graph_is_sound_and_survives_its_text_and_its_file(string model)
    {
        Graph graph = OnnxImporter.Load(RepositoryFolder.At("test", "Models", model));
        Graph quantized = ModelQuantizer.QuantizeStatic(graph, [Inputs(graph, seed: 2)]).Graph;
        GraphVerifier.Verify(quantized);
        ImmutableArray<Tensor> x = Inputs(graph, seed: 3);
        float[] expected = Run(quantized, x);

        CollectionAssert.AreEqual(expected, Run(GraphText.Parse(GraphText.Print(quantized)), x), "through text");
        using var file = new MemoryStream();
        OnnxExporter.Save(quantized, file);
        file.Position = 0;
        CollectionAssert.AreEqual(expected, Run(OnnxImporter.Load(file), x), "through a file");
    }

    private static float[] Run(Graph graph, ImmutableArray<Tensor> x)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        return plan.Run(x)[0].AsSpan<float>().ToArray();
    }

    // Reals from 0 to 1; whole numbers 0 or 1, which are tokens of every vocabulary.
    private static ImmutableArray<Tensor> Inputs(Graph graph, int seed)
    {
        var random = new Random(seed);
        return [.. graph.Inputs.Select(input =>
        {
            var x = new Tensor(input.Fact.Type, new Shape([4, .. input.Fact.Dimensions.Skip(1).Select(dimension => dimension.Size!.Value)]));
            if (input.Fact.Type == ElementType.Float32) { foreach (ref float value in x.AsSpan<float>()) { value = random.NextSingle(); } }
            else { foreach (ref long value in x.AsSpan<long>()) { value = random.Next(2); } }
            return x;
        })];
    }
}
