using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>
/// What DynamicQuantizeGRU and DynamicQuantizeRNN mean in ONNX's own operators: the functions that a file carries, so that any runtime can run it. This package
/// knows them by name. Sums are exact and each other operation stands in the order in which our operators compute it.
/// </summary>
internal static class RecurrentFunctions
{
    private const string Domain = "Microsoft.ML.Quantization", Gru = "DynamicQuantizeGRU", Rnn = "DynamicQuantizeRNN";

    /// <summary>Whether a node's operator is written as a function.</summary>
    public static bool Has(Node node) => node is { Domain: Domain, Operator: Gru or Rnn };

    /// <summary>Adds the functions that the nodes call, and the family they belong to.</summary>
    public static void AddTo(ModelProto model, ImmutableArray<Node> nodes, int opset)
    {
        string[] called = [.. nodes.Where(Has).Select(node => node.Operator).Distinct().Order(StringComparer.Ordinal)];
        if (called.Length == 0) { return; }
        model.IrVersion = Math.Max(model.IrVersion, OnnxVersions.FirstFormatWithFunctions);
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Domain, Version = 1 });
        foreach (string name in called) { model.Functions.Add(Write(name, opset)); }
    }

    private static FunctionProto Write(string name, int opset)
    {
        bool gru = name == Gru;
        var body = new FunctionBody("v");
        string zero = body.Integers(0), one = body.Integers(1), two = body.Integers(2), all = body.Integers(-1);
        string sizes = body.Add("Shape", "X"), times = body.Slice(sizes, zero, one, zero), batch = body.Slice(sizes, one, two, zero);
        string sizesOfR = body.Add("Shape", "R"), hidden = body.Slice(sizesOfR, one, two, zero), rows = body.Slice(sizesOfR, two, body.Integers(3), zero);

        // Which steps run: [times, batch, 1].
        string ends = body.Add("Min", body.Cast("lengths", ElementType.Int64), times);
        ends = body.Add("Expand", body.Add("Max", ends, zero), batch);
        string steps = body.Add("Range", body.Add("Squeeze", zero), body.Add("Squeeze", times), body.Add("Squeeze", one));
        string runs = body.Add("Unsqueeze", body.Add("Less", body.Add("Unsqueeze", steps, one), body.Add("Unsqueeze", ends, zero)), two);

        // x · W + Wb for all steps, x quantized once.
        string reverse = body.Setting("reverse", isFloat: false), nothing = body.Number(0f);
        string x = body.Add("Where", runs, body.Add("Where", reverse, Reversed("X"), "X"), nothing);
        string bias = body.Slice("B", zero, rows, one), hiddenBias = body.Slice("B", rows, body.Slice(body.Add("Shape", "B"), one, two, zero), one);
        string inputGates = Product(body, x, body.Add("Squeeze", "W", zero), body.Add("Reshape", "W_zero_point", all), "W_scale", bias);

        string r = body.Add("Squeeze", "R", zero);
        string zeros = body.Add("Expand", body.Add("Reshape", "R_zero_point", all), rows), scales = body.Add("Expand", "R_scale", rows);
        string state = body.Add("Squeeze", body.Add("Expand", "initial_h", body.Add("Concat", [one, batch, hidden], FunctionBody.Integer("axis", 0))), zero);
        string high = body.Setting("clip", isFloat: true), low = body.Add("Neg", high);
        string choice = body.Setting(gru ? "linear_before_reset" : "relu", isFloat: false);

        var step = new FunctionBody("s");
        string seen = step.Add("Where", "runs", "h", nothing);
        string fresh = gru ? GruStep() : RnnStep();
        step.AddNode("Where", ["runs", fresh, "h"], ["h_next"]);
        step.AddNode("Where", ["runs", fresh, nothing], ["y"]);
        var scan = new GraphProto { Name = "step", Node = { step.Nodes }, Input = { Value("h"), Value("gates"), Value("runs", ElementType.Boolean) }, Output = { Value("h_next"), Value("y") } };
        body.AddNode("Scan", [state, inputGates, runs], ["last", "sequence"], new AttributeProto { Name = "body", Type = AttributeProto.Types.Kind.Graph, G = scan }, FunctionBody.Integer("num_scan_inputs", 2));
        body.AddNode("Unsqueeze", [body.Add("Where", reverse, Reversed("sequence"), "sequence"), one], ["Y"]);
        body.AddNode("Unsqueeze", ["last", zero], ["Y_h"]);
        return new FunctionProto
        {
            Name = name,
            Domain = Domain,
            Input = { "X", "W", "R", "B", "lengths", "initial_h", "W_scale", "W_zero_point", "R_scale", "R_zero_point" },
            Output = { "Y", "Y_h" },
            Attribute = { "reverse", "clip", gru ? "linear_before_reset" : "relu" },
            Node = { body.Nodes },
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = opset } },
        };

        string Reversed(string value) => body.Add("ReverseSequence", [value, ends], FunctionBody.Integer("batch_axis", 1), FunctionBody.Integer("time_axis", 0));

        string Limit(string value) => step.Add("Max", step.Add("Min", value, high), low);

        string RnnStep()
        {
            string sum = Limit(step.Add("Add", "gates", Product(step, seen, r, zeros, scales, hiddenBias)));
            return step.Add("Where", choice, step.Add("Relu", sum), step.Add("Tanh", sum));
        }

        string GruStep()
        {
            string both = body.Add("Add", hidden, hidden);
            string first = Product(step, seen, Columns(body, r, zero, both), body.Slice(zeros, zero, both, zero), Columns(body, scales, zero, both), Columns(body, hiddenBias, zero, both));
            string gates = step.Add("Sigmoid", Limit(step.Add("Add", Columns(step, "gates", zero, both), first)));
            string update = Columns(step, gates, zero, hidden), reset = Columns(step, gates, hidden, both);
            string rest = Product(step, step.Add("Where", choice, seen, step.Add("Mul", reset, seen)),
                Columns(body, r, both, rows), body.Slice(zeros, both, rows, zero), Columns(body, scales, both, rows), Columns(body, hiddenBias, both, rows));
            rest = step.Add("Where", choice, step.Add("Mul", reset, rest), rest);
            string candidate = step.Add("Tanh", Limit(step.Add("Add", Columns(step, "gates", both, rows), rest)));
            return step.Add("Add", step.Add("Mul", step.Add("Sub", body.Number(1f), update), candidate), step.Add("Mul", update, "h"));
        }

        string Columns(FunctionBody where, string value, string start, string end) => where.Slice(value, start, end, all);
    }

    /// <summary><c>float32(Σ (q(x) − zx) · (w − zw)) · (sx · sw) + bias</c>.</summary>
    private static string Product(FunctionBody body, string x, string weights, string zeroPoints, string scales, string bias)
    {
        string codes = $"{x}_q", scale = $"{x}_s", zeroPoint = $"{x}_z";
        body.AddNode("DynamicQuantizeLinear", [x], [codes, scale, zeroPoint]);
        string sums = body.Cast(body.Add("MatMulInteger", codes, weights, zeroPoint, zeroPoints), ElementType.Float32);
        return body.Add("Add", body.Add("Mul", sums, body.Add("Mul", scale, scales)), bias);
    }

    private static ValueInfoProto Value(string name, ElementType type = ElementType.Float32) =>
        new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = ElementTypeMap.ToOnnx(type, name) } } };
}
