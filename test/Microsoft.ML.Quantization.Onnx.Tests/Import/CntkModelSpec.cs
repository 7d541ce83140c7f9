using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;
using static Microsoft.ML.Quantization.Onnx.Tests.SmallModel;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>
/// A digit network in the form CNTK exported: operator set 8, file format 3, constants listed as inputs, one row for each call, biases as
/// additions, and weights that are reshaped before the product.
/// </summary>
[TestClass]
public sealed class CntkModelSpec
{
    private static readonly Random s_random = new(5);

    [TestMethod]
    public void It_has_one_input_and_folds_the_shape_of_its_weights()
    {
        Graph graph = Load(Digits());
        Assert.AreEqual("Input3: float32[1, 1, 8, 8]", graph.Inputs.Single().ToString());
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        Assert.AreEqual("[1, 3]", plan.Run(Row())[0].Shape.ToString());
    }

    [TestMethod]
    public void Quantized_its_convolutions_and_its_product_are_integer_calls_with_bias_and_activation()
    {
        Graph graph = Load(Digits());
        ImmutableArray<ImmutableArray<Tensor>> rows = [.. Enumerable.Range(0, 16).Select(_ => ImmutableArray.Create(Row()))];
        Graph quantized = ModelQuantizer.QuantizeStatic(graph, rows).Graph;
        using ExecutionPlan exact = ExecutionPlan.Bind(graph), plan = ExecutionPlan.Bind(quantized);
        // Reshape moves codes; the rest are the three layers and the pool.
        Assert.AreEqual("Convolution28, Pooling66, Reshape0, Times212", string.Join(", ", plan.Notes.Where(note => note.Applied && note.Node.Length > 0).Select(note => note.Node)), string.Join('\n', plan.Notes));
        Assert.IsFalse(plan.Notes.Any(note => !note.Applied), string.Join('\n', plan.Notes));
        double signal = 0, noise = 0;
        foreach (ImmutableArray<Tensor> row in rows)
        {
            float[] expected = exact.Run(row)[0].AsSpan<float>().ToArray(), actual = plan.Run(row)[0].AsSpan<float>().ToArray();
            for (int i = 0; i < expected.Length; i++)
            {
                signal += expected[i] * expected[i];
                noise += (expected[i] - actual[i]) * (expected[i] - actual[i]);
            }
        }
        Assert.IsGreaterThan(30.0, 10 * Math.Log10(signal / noise));
    }

    private static Tensor Row() => Tensor.Create<float>([.. Enumerable.Range(0, 64).Select(_ => s_random.NextSingle())], new Shape(1, 1, 8, 8));

    private static ModelProto Digits()
    {
        ModelProto model = Create(8);
        model.IrVersion = 3;
        model.Graph.Initializer.Clear();
        model.Graph.Initializer.AddRange(
        [
            Random("Parameter5", 4, 1, 5, 5), Random("Parameter6", 4, 1, 1), Random("Parameter193", 4, 4, 4, 3), Random("Parameter194", 1, 3),
            Longs("Shape1", 64, 3), Longs("Shape0", 1, 64),
        ]);
        model.Graph.Input.Clear();
        model.Graph.Input.Add(Value("Input3", 1, 1, 1, 8, 8));
        model.Graph.Input.AddRange(model.Graph.Initializer.Select(constant => Value(constant.Name, constant.DataType, [.. constant.Dims.Cast<object>()])));
        model.Graph.Output.Clear();
        model.Graph.Output.Add(Value("Plus214", 1, 1, 3));
        model.Graph.Node.Clear();
        model.Graph.Node.AddRange(
        [
            Node("Reshape", ["Parameter193", "Shape1"], ["weights"], "Reshape1"),
            Node("Conv", ["Input3", "Parameter5"], ["conv"], "Convolution28", Text("auto_pad", "SAME_UPPER"), Ints("kernel_shape", 5, 5), Ints("strides", 1, 1), Ints("dilations", 1, 1)),
            Node("Add", ["conv", "Parameter6"], ["plus"], "Plus30"),
            Node("Relu", ["plus"], ["relu"], "ReLU32"),
            Node("MaxPool", ["relu"], ["pool"], "Pooling66", Text("auto_pad", "NOTSET"), Ints("kernel_shape", 2, 2), Ints("strides", 2, 2), Ints("pads", 0, 0, 0, 0)),
            Node("Reshape", ["pool", "Shape0"], ["flat"], "Reshape0"),
            Node("MatMul", ["flat", "weights"], ["times"], "Times212"),
            Node("Add", ["times", "Parameter194"], ["Plus214"], "Plus214"),
        ]);
        return model;
    }

    private static AttributeProto Text(string name, string value) => new() { Name = name, Type = AttributeProto.Types.Kind.String, S = Google.Protobuf.ByteString.CopyFromUtf8(value) };

    private static TensorProto Random(string name, params long[] sizes) =>
        Floats(name, sizes, [.. Enumerable.Range(0, (int)sizes.Aggregate(1L, (product, size) => product * size)).Select(_ => s_random.NextSingle() - 0.5f)]);

    private static TensorProto Longs(string name, params long[] values) => new() { Name = name, DataType = 7, Dims = { values.Length }, Int64Data = { values } };
}
