using Google.Protobuf;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Onnx.Proto;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>
/// QDQ files as the options of ONNX Runtime's quantizer write them: types of activations and weights, one scale or one for each channel,
/// zero points, biases, weights stored as codes or as floats to be quantized, shared or repeated DequantizeLinear nodes, old operator sets and
/// the family com.microsoft. Every form runs in integers and agrees with ONNX Runtime to a code of the last map.
/// </summary>
[TestClass]
public sealed class QdqFormsSpec
{
    private sealed record Form(string Name, string Activations = "uint8", string Weights = "int8", bool PerChannel = false, int WeightZero = 0, bool FloatWeights = false, bool FloatBias = false, bool Repeat = false, int Opset = 13, bool Runtime = false)
    {
        public override string ToString() => Name;
    }

    private static readonly Form[] s_forms =
    [
        new("U8S8"),
        new("U8S8 per channel", PerChannel: true),
        new("S8S8", Activations: "int8"),
        new("S8S8 per channel", Activations: "int8", PerChannel: true),
        new("U8U8", Weights: "uint8", WeightZero: 128),
        new("U8U8 asymmetric", Weights: "uint8", WeightZero: 121),
        new("S8S8 asymmetric weights", Activations: "int8", WeightZero: -7),
        new("float bias", FloatBias: true),
        new("float weights behind QuantizeLinear", FloatWeights: true, PerChannel: true),
        new("DequantizeLinear for each reader", Repeat: true),
        new("operator set 10", Opset: 10),
        new("operator set 11", Opset: 11),
        new("operator set 19", Opset: 19, PerChannel: true),
        new("operator set 21", Opset: 21, PerChannel: true),
        new("com.microsoft", Runtime: true),
        new("com.microsoft per channel", Runtime: true, PerChannel: true),
    ];

    public static IEnumerable<object[]> Forms => s_forms.Select(form => new object[] { form.Name });

    [TestMethod]
    [DynamicData(nameof(Forms))]
    public void Every_operator_runs_in_integers(string name)
    {
        Graph graph = SmallModel.Load(Model(name));
        using ExecutionPlan plan = ExecutionPlan.Bind(graph), reference = ExecutionPlan.Bind(graph, new() { Engine = EngineList.Reference });
        Assert.AreEqual("Conv Add MaxPool Flatten Gemm", string.Join(' ', plan.Notes.Where(note => note.Applied).Select(note => note.Text.Split(' ')[0])), string.Join('\n', plan.Notes));
        Assert.AreEqual("", string.Join('\n', plan.Notes.Where(note => !note.Applied)));
        TensorAssert.AreEqual(reference.Run(Input())[0], plan.Run(Input())[0]);
    }

    [TestMethod]
    [DynamicData(nameof(Forms))]
    public void ONNX_Runtime_gives_the_same_to_a_code(string name)
    {
        OnnxRuntimeSession.Require();
        using ExecutionPlan plan = ExecutionPlan.Bind(SmallModel.Load(Model(name)));
        // Without its optimizations: that is what the file says.
        using var session = new OnnxRuntimeSession(Model(name), optimize: false);
        Tensor expected = session.Run(Input())[0];
        Assert.IsGreaterThan(3, expected.AsSpan<float>().ToArray().Distinct().Count(), "a constant answer proves nothing");
        TensorAssert.AreClose(expected, plan.Run(Input())[0], 0.0501f);
    }

    private static Tensor Input()
    {
        var x = new Tensor(ElementType.Float32, new Shape(2, 3, 4, 4));
        for (int i = 0; i < x.Length; i++) { x.AsSpan<float>()[i] = (i * 37 % 101 - 50) / 25f; }
        return x;
    }

    private static byte[] Model(string name)
    {
        Form form = s_forms.Single(candidate => candidate.Name == name);
        (int zero, int weightZero) = (form.Activations == "int8" ? -5 : 123, form.WeightZero);
        string scales = form.PerChannel ? "float32[4] = [0.01, 0.02, 0.015, 0.012]" : "float32[] = [0.015]", zeros = form.PerChannel ? $"{form.Weights}[4] = [{weightZero}, {weightZero}, {weightZero}, {weightZero}]" : $"{form.Weights}[] = [{weightZero}]";
        string biasScales = form.PerChannel ? "float32[4] = [0.0002, 0.0004, 0.0003, 0.00024]" : "float32[] = [0.0003]", axis = form.PerChannel ? " {axis = 0}" : "";
        string second = form.Repeat ? "node d1b: r1b = DequantizeLinear(c1, s, z)\n" : "";
        string text = $$"""
            graph g opset {{Math.Max(13, form.Opset)}}
            constant s: float32[] = [0.02]
            constant z: {{form.Activations}}[] = [{{zero}}]
            constant t: float32[] = [0.05]
            constant ws: {{scales}}
            constant wz: {{zeros}}
            constant bs: {{biasScales}}
            constant w: {{Codes(form, 36, "4, 3, 1, 3")}}
            constant v: {{Codes(form, 64, "4, 16")}}
            constant b: {{(form.FloatBias ? "float32[4] = [0.1, -0.2, 0.3, 0]" : "int32[4] = [500, -600, 700, 0]")}}
            input x: float32[2, 3, 4, 4]
            node q0: c0 = QuantizeLinear(x, s, z)
            node d0: r0 = DequantizeLinear(c0, s, z)
            {{(form.FloatWeights ? $"node qw: wc = QuantizeLinear(w, ws, wz){axis}\nnode qv: vc = QuantizeLinear(v, ws, wz){axis}" : "node iw: wc = Identity(w)\nnode iv: vc = Identity(v)")}}
            node dw: wr = DequantizeLinear(wc, ws, wz){{axis}}
            {{(form.FloatBias ? "node ib: br = Identity(b)" : $"node db: br = DequantizeLinear(b, bs){axis}")}}
            node conv: y1 = Conv(r0, wr, br) {pads = [0, 1, 0, 1]}
            node relu: y2 = Relu(y1)
            node q1: c1 = QuantizeLinear(y2, s, z)
            node d1: r1 = DequantizeLinear(c1, s, z)
            {{second}}node add: y3 = Add(r1, {{(form.Repeat ? "r1b" : "r1")}})
            node q2: c2 = QuantizeLinear(y3, s, z)
            node d2: r2 = DequantizeLinear(c2, s, z)
            node pool: y4 = MaxPool(r2) {kernel_shape = [2, 2], strides = [2, 2]}
            node q3: c3 = QuantizeLinear(y4, s, z)
            node d3: r3 = DequantizeLinear(c3, s, z)
            node flat: y5 = Flatten(r3)
            node q4: c4 = QuantizeLinear(y5, s, z)
            node d4: r4 = DequantizeLinear(c4, s, z)
            node dv: vr = DequantizeLinear(vc, ws, wz){{axis}}
            node gemm: y6 = Gemm(r4, vr, br) {transB = 1}
            node q5: c5 = QuantizeLinear(y6, t, z)
            node d5: y = DequantizeLinear(c5, t, z)
            output y
            """;
        Graph graph = new EliminateIdentity().Run(GraphText.Parse(text)).Graph;
        ModelProto model = ModelProto.Parser.ParseFrom(ExporterSpec.Bytes(graph));
        model.OpsetImport[0].Version = form.Opset;
        if (form.Runtime)
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
            foreach (NodeProto node in model.Graph.Node.Where(node => node.OpType is "QuantizeLinear" or "DequantizeLinear")) { node.Domain = "com.microsoft"; }
        }
        return model.ToByteArray();
    }

    private static string Codes(Form form, int count, string shape) => form.FloatWeights
        ? $"float32[{shape}] = [{string.Join(", ", Enumerable.Range(0, count).Select(i => ((i * 53 % 201 - 100) / 100f).ToString(System.Globalization.CultureInfo.InvariantCulture)))}]"
        : $"{form.Weights}[{shape}] = [{string.Join(", ", Enumerable.Range(0, count).Select(i => i * 53 % 201 - 100 + (form.Weights == "uint8" ? 128 : 0)))}]";
}
