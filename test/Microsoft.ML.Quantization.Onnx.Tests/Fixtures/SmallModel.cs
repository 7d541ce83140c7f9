using Google.Protobuf;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>Model files made in memory: <c>y = relu(x + w)</c> over two numbers, and changes to it.</summary>
internal static class SmallModel
{
    public static ModelProto Create(int opset = 13) => new()
    {
        IrVersion = 8,
        OpsetImport = { new OperatorSetIdProto { Version = opset } },
        Graph = new GraphProto
        {
            Name = "small",
            Input = { Value("x", 1, "batch", 2) },
            Output = { Value("y", 1, "batch", 2) },
            Initializer = { Floats("w", [2], 1f, -2f) },
            Node = { Node("Add", ["x", "w"], ["sum"], "add"), Node("Relu", ["sum"], ["y"], "relu") },
        },
    };

    public static ModelProto With(Action<ModelProto> change)
    {
        ModelProto model = Create();
        change(model);
        return model;
    }

    /// <summary>A model whose one node is <paramref name="node"/> over <c>x</c> of the given sizes.</summary>
    public static ModelProto Of(int opset, NodeProto node, long[] sizes, params TensorProto[] constants)
    {
        ModelProto model = Create(opset);
        model.Graph.Node.Clear();
        model.Graph.Node.Add(node);
        model.Graph.Initializer.Clear();
        model.Graph.Initializer.AddRange(constants);
        model.Graph.Input.Clear();
        model.Graph.Input.Add(Value("x", 1, [.. sizes.Cast<object>()]));
        model.Graph.Output.Clear();
        model.Graph.Output.Add(new ValueInfoProto { Name = node.Output[0] });
        return model;
    }

    public static NodeProto Node(string op, string[] inputs, string[] outputs, string name = "", params AttributeProto[] attributes) =>
        new() { OpType = op, Name = name, Input = { inputs }, Output = { outputs }, Attribute = { attributes } };

    public static AttributeProto Ints(string name, params long[] values) => new() { Name = name, Type = AttributeProto.Types.Kind.Ints, Ints = { values } };

    public static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeProto.Types.Kind.Int, I = value };

    public static AttributeProto Float(string name, float value) => new() { Name = name, Type = AttributeProto.Types.Kind.Float, F = value };

    public static TensorProto Floats(string name, long[] sizes, params float[] values) => new() { Name = name, DataType = 1, Dims = { sizes }, FloatData = { values } };

    public static ValueInfoProto Value(string name, int type, params object?[] sizes)
    {
        var shape = new TensorShapeProto();
        foreach (object? size in sizes)
        {
            shape.Dim.Add(size switch
            {
                string symbol => new TensorShapeProto.Types.Dimension { DimParam = symbol },
                null => new TensorShapeProto.Types.Dimension(),
                _ => new TensorShapeProto.Types.Dimension { DimValue = System.Convert.ToInt64(size, null) },
            });
        }
        return new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } } };
    }

    public static Graph Load(ModelProto model, OnnxImportOptions? options = null) => Load(model.ToByteArray(), options);

    public static Graph Load(byte[] bytes, OnnxImportOptions? options = null) => OnnxImporter.Load(new MemoryStream(bytes), options);

    /// <summary>Asserts that a file is refused with a message that holds all the parts.</summary>
    public static void Refused(ModelProto model, params string[] parts) => Refused(() => Load(model), parts);

    public static void Refused(Action load, params string[] parts)
    {
        QuantizationException refusal = Assert.Throws<QuantizationException>(load);
        foreach (string part in parts) { StringAssert.Contains(refusal.Message, part); }
    }
}
