using Google.Protobuf;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;
using static Microsoft.ML.Quantization.Onnx.Tests.SmallModel;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>The end of a classifier as scikit-learn's exporter (skl2onnx) writes it: the label of the largest probability, and the probabilities.</summary>
[TestClass]
public sealed class ScikitLearnModelSpec
{
    [TestMethod]
    public void A_classifier_without_ZipMap_gives_label_and_probabilities()
    {
        Graph graph = Load(Classifier());
        using var stream = new MemoryStream();
        OnnxExporter.Save(graph, stream);
        foreach (Graph model in new[] { graph, Load(stream.ToArray()) })
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(model);
            var outputs = plan.Run(Tensor.Create<float>([1, 5, 9, 2], new Shape(2, 2)));
            CollectionAssert.AreEqual(new long[] { 20, 10 }, outputs[0].AsSpan<long>().ToArray());
            Assert.AreEqual("[2, 2]", outputs[1].Shape.ToString());
        }
    }

    [TestMethod]
    public void ZipMap_is_refused_with_the_option_that_leaves_it_out()
    {
        ModelProto model = Classifier();
        model.Graph.Node.Add(new NodeProto { OpType = "ZipMap", Domain = "ai.onnx.ml", Name = "zip", Input = { "probabilities" }, Output = { "dictionaries" }, Attribute = { Ints("classlabels_int64s", 10, 20) } });
        model.Graph.Output[1].Name = "dictionaries";
        Refused(model, "ZipMap 'zip'", "ai.onnx.ml.ZipMap", "options={'zipmap': False}");
    }

    private static ModelProto Classifier()
    {
        ModelProto model = Of(15, Node("Softmax", ["x"], ["probabilities"], "softmax", Int("axis", 1)), []);
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 1 });
        model.Graph.Input[0] = Value("x", 1, "rows", 2);
        model.Graph.Initializer.Add(new TensorProto { Name = "classes", DataType = 7, Dims = { 2 }, Int64Data = { 10, 20 } });
        model.Graph.Initializer.Add(new TensorProto { Name = "shape", DataType = 7, Dims = { 1 }, Int64Data = { -1 } });
        NodeProto extract = Node("ArrayFeatureExtractor", ["classes", "best"], ["row"], "extract");
        extract.Domain = "ai.onnx.ml";
        model.Graph.Node.AddRange([Node("ArgMax", ["probabilities"], ["best"], "argmax", Int("axis", 1)), extract, Node("Reshape", ["row", "shape"], ["label"], "flat")]);
        model.Graph.Output[0].Name = "label";
        model.Graph.Output.Add(Value("probabilities", 1, "rows", 2));
        return model;
    }
}
