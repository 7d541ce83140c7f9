using Google.Protobuf;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Onnx.Proto;
using Microsoft.ML.Quantization.Testing;
using static Microsoft.ML.Quantization.Onnx.Tests.SmallModel;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>
/// Operators on codes, in the forms that ONNX Runtime's quantizer writes with quant_format QOperator. Each becomes one integer call, with the
/// codes ONNX Runtime computes, up to one code where it rounds otherwise.
/// </summary>
[TestClass]
public sealed class QuantizedOperatorsSpec
{
    private const string Runtime = "com.microsoft";

    private static readonly Random s_random = new(3);

    public static IEnumerable<object[]> Cases =>
    [
        Case("convolution per channel", QLinear("QLinearConv", "", ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"], SmallModel.Ints("pads", 1, 1, 1, 1)),
            [2, 3, 6, 6], [4, 3, 3, 3], Floats("ws", [4], 0.004f, 0.005f, 0.006f, 0.007f), Signed("wz", 4), Whole("b", 100, -200, 300, -400)),
        Case("convolution per tensor", QLinear("QLinearConv", "", ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz"]), [2, 3, 6, 6], [4, 3, 3, 3], Floats("ws", [], 0.005f), Signed("wz")),
        Case("depthwise convolution", QLinear("QLinearConv", "", ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz"], SmallModel.Int("group", 3)), [2, 3, 6, 6], [3, 1, 3, 3], Floats("ws", [], 0.005f), Signed("wz")),
        Case("product per tensor", QLinear("QLinearMatMul", "", ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz"]), [3, 8], [8, 5], Floats("ws", [], 0.02f), Signed("wz")),
        Case("product per channel over three axes", QLinear("QLinearMatMul", "", ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz"]), [2, 3, 8], [8, 2], Floats("ws", [2], 0.02f, 0.03f), Signed("wz", 2)),
        Case("Gemm with transposed weights and bias", QLinear("QGemm", Runtime, ["x", "xs", "xz", "w", "ws", "wz", "b", "ys", "yz"], SmallModel.Int("transB", 1), SmallModel.Float("alpha", 1f)),
            [3, 8], [5, 8], Floats("ws", [5], 0.01f, 0.02f, 0.03f, 0.02f, 0.01f), Signed("wz", 5), Whole("b", 10, -20, 30, -40, 50)),
        Case("sum", QLinear("QLinearAdd", Runtime, ["x", "xs", "xz", "x", "as", "az", "ys", "yz"]), [2, 3, 4], null),
        Case("product of elements", QLinear("QLinearMul", Runtime, ["x", "xs", "xz", "x", "as", "az", "ys", "yz"]), [2, 3, 4], null),
        Case("sigmoid", QLinear("QLinearSigmoid", Runtime, ["x", "xs", "xz", "ys", "yz"]), [2, 3, 4], null),
        Case("leaky ReLU", QLinear("QLinearLeakyRelu", Runtime, ["x", "xs", "xz", "ys", "yz"], SmallModel.Float("alpha", 0.2f)), [2, 3, 4], null),
        Case("softmax", QLinear("QLinearSoftmax", Runtime, ["x", "xs", "xz", "ps", "pz"], SmallModel.Int("axis", -1), SmallModel.Int("opset", 13)), [2, 3, 6], null),
        Case("average pool", QLinear("QLinearAveragePool", Runtime, ["x", "xs", "xz", "ys", "yz"], SmallModel.Ints("kernel_shape", 2, 2), SmallModel.Ints("strides", 2, 2)), [2, 3, 6, 6], null),
        Case("global average pool", QLinear("QLinearGlobalAveragePool", Runtime, ["x", "xs", "xz", "ys", "yz"]), [2, 3, 6, 6], null),
        Case("concatenation of two maps", QLinear("QLinearConcat", Runtime, ["ys", "yz", "x", "xs", "xz", "x", "as", "az"], SmallModel.Int("axis", 1)), [2, 3, 4], null),
        Case("mean over axes", QLinear("QLinearReduceMean", Runtime, ["x", "xs", "xz", "ys", "yz"], SmallModel.Ints("axes", 1), SmallModel.Int("keepdims", 1)), [2, 3, 8], null),
    ];

    /// <summary>ONNX Runtime documents QLinearReduceMean and has no code for it.</summary>
    public static IEnumerable<object[]> InRuntime => Cases.Where(row => (string)row[0] != "mean over axes");

    [TestMethod]
    [DynamicData(nameof(Cases), DynamicDataDisplayName = nameof(Title))]
    public void It_is_one_integer_call(string name, object model, int[] input)
    {
        Graph graph = Load((byte[])model);
        using ExecutionPlan plan = ExecutionPlan.Bind(graph), reference = ExecutionPlan.Bind(graph, new() { Engine = EngineList.Reference });
        Assert.AreEqual("", string.Join('\n', plan.Notes.Where(note => !note.Applied)), name);
        Assert.AreEqual(1, plan.Notes.Count(note => note.Applied));
        Tensor x = Codes(input);
        TensorAssert.AreEqual(reference.Run(x)[0], plan.Run(x)[0]);
    }

    [TestMethod]
    [DynamicData(nameof(InRuntime), DynamicDataDisplayName = nameof(Title))]
    public void It_gives_the_codes_of_ONNX_Runtime(string name, object model, int[] input)
    {
        OnnxRuntimeSession.Require();
        using ExecutionPlan plan = ExecutionPlan.Bind(Load((byte[])model));
        using var session = new OnnxRuntimeSession((byte[])model);
        Tensor x = Codes(input), expected = session.Run(x)[0], actual = plan.Run(x)[0];
        Assert.AreEqual(expected.ToString(), actual.ToString(), name);
        int different = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            int apart = Math.Abs(expected.Bytes[i] - actual.Bytes[i]);
            Assert.IsLessThanOrEqualTo(1, apart, $"{name}: element {i} is {actual.Bytes[i]}, ONNX Runtime's {expected.Bytes[i]}");
            different += apart;
        }
        Assert.IsGreaterThan(1, expected.Bytes.ToArray().Distinct().Count(), "a constant answer proves nothing");
        Assert.IsLessThanOrEqualTo(Math.Max(1, expected.Length / 20), different, name);
    }

    [TestMethod]
    public void A_dynamically_quantized_product_is_spelled_out()
    {
        Graph graph = Load(Model(QLinear("DynamicQuantizeMatMul", Runtime, ["f", "w", "ws", "wz", "fb"]), [3, 8], [8, 2], Floats("ws", [2], 0.02f, 0.03f), Signed("wz", 2), Floats("fb", [2], 1f, -1f)));
        Assert.AreEqual("DynamicQuantizeLinear MatMulInteger Cast Mul Mul Add", string.Join(' ', graph.Nodes.Select(node => node.Operator)));
    }

    [TestMethod]
    public void A_dynamically_quantized_product_is_ONNX_Runtimes()
    {
        OnnxRuntimeSession.Require();
        byte[] model = Model(QLinear("DynamicQuantizeMatMul", Runtime, ["f", "w", "ws", "wz", "fb"]), [3, 8], [8, 2], Floats("ws", [2], 0.02f, 0.03f), Signed("wz", 2), Floats("fb", [2], 1f, -1f));
        using ExecutionPlan plan = ExecutionPlan.Bind(Load(model));
        using var session = new OnnxRuntimeSession(model);
        Tensor x = Tensor.Create<float>([.. Enumerable.Range(0, 24).Select(i => MathF.Round(i * 37 % 24 / 3f - 4f, 2))], new Shape(3, 8));
        TensorAssert.AreClose(session.Run(x)[0], plan.Run(x)[0], 1e-4f);
    }

    [TestMethod]
    public void QLinearConv_whose_scales_are_computed_keeps_its_form()
    {
        ModelProto model = ModelProto.Parser.ParseFrom(Model(QLinear("QLinearConv", "", ["x", "rs", "xz", "w", "ws", "wz", "ys", "yz"]), [1, 3, 4, 4], [4, 3, 3, 3], Floats("ws", [], 0.005f), Signed("wz")));
        model.Graph.Input.Add(Value("rs", 1));
        Assert.AreEqual("QLinearConv", Load(model).Nodes.Single().Operator);
    }

    [TestMethod]
    public void Channels_on_the_last_axis_are_refused() => Refused(
        () => Load(Model(QLinear("QLinearGlobalAveragePool", Runtime, ["x", "xs", "xz", "ys", "yz"], SmallModel.Int("channels_last", 1)), [1, 4, 4, 3], null)), "channels on the last axis", "expected channels_last 0");

    [TestMethod]
    public void A_missing_input_is_refused() => Refused(() => Load(Model(QLinear("QLinearAdd", Runtime, ["x", "xs", "xz", "x"]), [2, 3], null)), "has no input 4 among its 4", "damaged");

    [TestMethod]
    public void A_list_of_the_wrong_length_is_refused() => Refused(() => Load(Model(QLinear("QLinearConcat", Runtime, ["ys", "yz", "x", "xs"], SmallModel.Int("axis", 1)), [2, 3], null)), "has 4 inputs", "three for each tensor");

    [TestMethod]
    public void A_softmax_of_other_operator_sets_is_refused() => Refused(
        () => Load(Model(QLinear("QLinearSoftmax", Runtime, ["x", "xs", "xz", "ps", "pz"], SmallModel.Int("axis", 1), SmallModel.Int("opset", 11)), [2, 3, 6], null)), "Softmax of operator set 11 over axis 1", "operator set 13");

    public static string Title(System.Reflection.MethodInfo method, object[] row) => $"{method.Name}: {row[0]}";

    private static object[] Case(string name, NodeProto node, int[] input, int[]? weights, params TensorProto[] constants) => [name, Model(node, input, weights, constants), input];

    private static NodeProto QLinear(string op, string domain, string[] inputs, params AttributeProto[] attributes)
    {
        NodeProto node = SmallModel.Node(op, inputs, ["y"], "op", attributes);
        node.Domain = domain;
        return node;
    }

    private static byte[] Model(NodeProto node, int[] input, int[]? weights, params TensorProto[] constants)
    {
        bool isFloat = node.Input[0] == "f";
        ModelProto model = Of(13, node, [.. input.Select(size => (long)size)], constants);
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Runtime, Version = 1 });
        model.Graph.Input[0] = Value(isFloat ? "f" : "x", isFloat ? 1 : 2, [.. input.Select(size => (object)(long)size)]);
        model.Graph.Output[0] = new ValueInfoProto { Name = "y", Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = isFloat ? 1 : 2 } } };
        model.Graph.Initializer.AddRange([Floats("xs", [], 0.05f), Unsigned("xz", 120), Floats("as", [], 0.03f), Unsigned("az", 100), Floats("ys", [], 0.04f), Unsigned("yz", 110), Floats("ps", [], 1f / 256), Unsigned("pz", 0)]);
        if (weights is not null)
        {
            byte[] codes = new byte[weights.Aggregate(1, (product, size) => product * size)];
            s_random.NextBytes(codes);
            model.Graph.Initializer.Add(new TensorProto { Name = "w", DataType = 3, Dims = { weights.Select(size => (long)size) }, RawData = ByteString.CopyFrom(codes) });
        }
        return model.ToByteArray();
    }

    private static TensorProto Unsigned(string name, byte value) => new() { Name = name, DataType = 2, RawData = ByteString.CopyFrom(value) };

    private static TensorProto Signed(string name, params long[] sizes) => new() { Name = name, DataType = 3, Dims = { sizes }, RawData = ByteString.CopyFrom(new byte[sizes.Aggregate(1L, (product, size) => product * size)]) };

    private static TensorProto Whole(string name, params int[] values) => new() { Name = name, DataType = 6, Dims = { values.Length }, Int32Data = { values } };

    private static Tensor Codes(int[] shape)
    {
        var tensor = new Tensor(ElementType.UInt8, new Shape(shape));
        new Random(11).NextBytes(tensor.Bytes);
        return tensor;
    }
}
