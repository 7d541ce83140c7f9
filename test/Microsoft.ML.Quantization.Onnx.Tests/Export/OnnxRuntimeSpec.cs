using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Onnx.Tests;

[TestClass]
public sealed class OnnxRuntimeSpec
{
    public static IEnumerable<object[]> Names => ReferenceModel.Names;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void ONNX_Runtime_computes_the_same_from_our_file_as_from_the_original(string name)
    {
        OnnxRuntimeSession.Require();
        var model = ReferenceModel.Named(name);
        using var original = new OnnxRuntimeSession(model.Path);
        Tensor input = model.Input();
        Tensor expected = original.Run(input).Single();
        TensorAssert.AreClose(model.Expected(), expected, 1e-4f);
        foreach (NamePolicy policy in Enum.GetValues<NamePolicy>())
        {
            using var ours = new OnnxRuntimeSession(ExporterSpec.Bytes(model.Load(), new() { Names = policy }));
            TensorAssert.AreEqual(expected, ours.Run(input).Single());
            using var expanded = new OnnxRuntimeSession(ExporterSpec.Bytes(RoundTripSpec.Fuse(model.Load()), new() { Names = policy }));
            TensorAssert.AreEqual(expected, expanded.Run(input).Single());
        }
    }

    [TestMethod]
    public void ONNX_Runtime_reads_our_external_data()
    {
        OnnxRuntimeSession.Require();
        using var folder = new TemporaryFolder();
        var model = ReferenceModel.Named("bike_tcn");
        OnnxExporter.Save(model.Load(), folder.At("m.onnx"), new() { ExternalDataThreshold = 0 });
        using var original = new OnnxRuntimeSession(model.Path);
        using var ours = new OnnxRuntimeSession(folder.At("m.onnx"));
        TensorAssert.AreEqual(original.Run(model.Input())[0], ours.Run(model.Input())[0]);
    }

    [TestMethod]
    public void ONNX_Runtime_and_our_engine_agree_on_any_small_graph()
    {
        OnnxRuntimeSession.Require();
        for (int seed = 0; seed < 100; seed++)
        {
            Graph graph = RandomGraph.Create(seed);
            Tensor input = RandomGraph.Input(seed);
            using ExecutionPlan plan = ExecutionPlan.Bind(graph);
            using var session = new OnnxRuntimeSession(ExporterSpec.Bytes(graph), threads: 2);
            foreach ((Tensor expected, Tensor actual) in session.Run(input).Zip(plan.Run(input))) { TensorAssert.AreClose(expected, actual, 1e-5f); }
        }
    }
}
