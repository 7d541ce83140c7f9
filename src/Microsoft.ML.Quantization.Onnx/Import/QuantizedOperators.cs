using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>
/// Spells out operators on codes as DequantizeLinear – operator – QuantizeLinear groups, so that files of either form take one road into the
/// integer engine: ONNX's QLinearConv and QLinearMatMul, and ONNX Runtime's family <c>com.microsoft</c>.
/// </summary>
/// <remarks>
/// A group of a convolution or product with constant parameters is an integer call of the same formula, <c>saturate(rne(Σ · f32(f32(sx · sw) / sy)) + zy)</c>,
/// so the codes are the same ones; ONNX Runtime may differ by one code where it rounds the multiplier otherwise. QLinearConv and QLinearMatMul
/// whose scales are computed while the model runs stay as they are.
/// Source: the operator documents of ONNX and of ONNX Runtime's contributed operators.
/// </remarks>
internal sealed class QuantizedOperators(int opset, ScopeReader scope)
{
    private const string Runtime = "com.microsoft";

    private static readonly NodeAttributes s_lastAxis = NodeAttributes.Empty.With("axis", -1L);

    /// <summary>Adds what a node stands for; false when it is none of these.</summary>
    /// <exception cref="QuantizationException">The node uses a setting that has no such group.</exception>
    public bool Append(Node node)
    {
        switch (node.Domain, node.Operator)
        {
            case ("", "QLinearConv") when AreConstant(node, 1, 2, 3, 4, 5, 6, 7): Convolution(node); break;
            case ("", "QLinearMatMul") when AreConstant(node, 1, 2, 4, 5, 6, 7) && IsOne(node, 1) && IsOne(node, 6): Product(node); break;
            case (Runtime, "QLinearAdd"): Binary(node, "Add"); break;
            case (Runtime, "QLinearMul"): Binary(node, "Mul"); break;
            case (Runtime, "QLinearSigmoid"): Unary(node, "Sigmoid"); break;
            case (Runtime, "QLinearLeakyRelu"): Unary(node, "LeakyRelu"); break;
            case (Runtime, "QLinearSoftmax"): Softmax(node); break;
            case (Runtime, "QLinearReduceMean"): ReduceMean(node); break;
            case (Runtime, "QLinearAveragePool"): Unary(node, "AveragePool"); break;
            case (Runtime, "QLinearGlobalAveragePool"): Unary(node, "GlobalAveragePool"); break;
            case (Runtime, "QLinearConcat"): Concat(node); break;
            case (Runtime, "QLinearWhere"): Where(node); break;
            case (Runtime, "QGemm"): Gemm(node); break;
            case (Runtime, "QuantizeLinear" or "DequantizeLinear"): scope.Append(node with { Domain = "" }); break;
            case (Runtime, "DynamicQuantizeMatMul"): DynamicProduct(node); break;
            case (Runtime, "MatMulIntegerToFloat"): FloatProduct(node, Required(node, 0), Required(node, 1), Required(node, 2), Required(node, 3), Input(node, 4), Input(node, 5), Input(node, 6)); break;
            default: return false;
        }
        return true;
    }

    private void Convolution(Node node)
    {
        string x = Real(node, 0, 1, 2), w = Real(node, 3, 4, 5, NodeAttributes.Empty.With("axis", 0L));
        ImmutableArray<string> inputs = Input(node, 8).Length == 0 ? [x, w] : [x, w, Bias(node, Required(node, 8), Required(node, 1), Required(node, 4), 1f)];
        Quantized(node, "Conv", inputs, node.Attributes, 6, 7);
    }

    private void Product(Node node) =>
        Quantized(node, "MatMul", [Real(node, 0, 1, 2), Real(node, 3, 4, 5, s_lastAxis)], NodeAttributes.Empty, 6, 7);

    // C counts in units of alpha · sa · sb.
    private void Gemm(Node node)
    {
        float alpha = node.Attributes.Float("alpha", 1f);
        bool transposed = node.Attributes.Int("transB", 0) != 0;
        string a = Real(node, 0, 1, 2), b = Real(node, 3, 4, 5, NodeAttributes.Empty.With("axis", transposed ? 0L : 1L));
        ImmutableArray<string> inputs = Input(node, 6).Length == 0 ? [a, b] : [a, b, Bias(node, Required(node, 6), Required(node, 1), Required(node, 4), alpha)];
        if (Input(node, 7).Length > 0) { Quantized(node, "Gemm", inputs, node.Attributes, 7, 8); }
        else { scope.Append(new Node(node.Name, "Gemm", inputs, node.Outputs, node.Attributes)); }
    }

    private void Binary(Node node, string op) => Quantized(node, op, [Real(node, 0, 1, 2), Real(node, 3, 4, 5)], NodeAttributes.Empty, 6, 7);

    private void Unary(Node node, string op)
    {
        if (node.Attributes.Int("channels_last", 0) != 0) { throw new QuantizationException($"{node} has its channels on the last axis; expected channels_last 0. Export the model before the optimizations for one kind of processor."); }
        Quantized(node, op, [Real(node, 0, 1, 2)], node.Attributes.Without("channels_last"), 3, 4);
    }

    // The operator names the set of operators whose Softmax it is; until 12 all axes behind the given one were one.
    private void Softmax(Node node)
    {
        long axis = node.Attributes.Int("axis", -1);
        if (node.Attributes.Int("opset", 13) < OnnxVersions.GraphOpset != opset < OnnxVersions.GraphOpset && axis != -1)
        {
            throw new QuantizationException($"{node} is a Softmax of operator set {node.Attributes.Int("opset", 13)} over axis {axis} in a model of operator set {opset}; expected one of the model's own. Export the model again.");
        }
        Quantized(node, "Softmax", [Real(node, 0, 1, 2)], NodeAttributes.Empty.With("axis", axis), 3, 4);
    }

    private void ReduceMean(Node node)
    {
        NodeAttributes attributes = node.Attributes;
        string x = Real(node, 0, 1, 2);
        if (opset < 18 || attributes.Ints("axes") is not { } axes)
        {
            Quantized(node, "ReduceMean", [x], attributes, 3, 4);
            return;
        }
        string list = scope.Add(node.Name + "_axes", Tensor.Create<long>(axes.AsSpan(), new Shape(axes.Length)), isNew: true);
        Quantized(node, "ReduceMean", [x, list], attributes.Without("axes"), 3, 4);
    }

    private void Concat(Node node)
    {
        if (node.Inputs.Length < 5 || node.Inputs.Length % 3 != 2) { throw new QuantizationException($"{node} has {node.Inputs.Length} inputs; expected a scale and a zero point, and then three for each tensor. The file is damaged."); }
        ImmutableArray<string> reals = [.. Enumerable.Range(0, (node.Inputs.Length - 2) / 3).Select(i => Real(node, 3 * i + 2, 3 * i + 3, 3 * i + 4))];
        Quantized(node, "Concat", reals, node.Attributes, 0, 1, sample: 4);
    }

    private void Where(Node node) => Quantized(node, "Where", [Required(node, 0), Real(node, 1, 2, 3), Real(node, 4, 5, 6)], NodeAttributes.Empty, 7, 8, sample: 3);

    private void DynamicProduct(Node node)
    {
        string codes = New(node, "codes"), scale = New(node, "scale"), zero = New(node, "zero");
        scope.Append(new Node(New(node, "quantize"), "DynamicQuantizeLinear", [Required(node, 0)], [codes, scale, zero], NodeAttributes.Empty));
        FloatProduct(node, codes, Required(node, 1), scale, Required(node, 2), zero, Input(node, 3), Input(node, 4));
    }

    private void FloatProduct(Node node, string a, string b, string scaleA, string scaleB, string zeroA, string zeroB, string bias)
    {
        ImmutableArray<string> inputs = zeroB.Length > 0 ? [a, b, zeroA, zeroB] : zeroA.Length > 0 ? [a, b, zeroA] : [a, b];
        string sums = Add(node, "sums", "MatMulInteger", inputs);
        string floats = Add(node, "float", "Cast", [sums], NodeAttributes.Empty.With("to", 1L));
        string scale = Add(node, "factor", "Mul", [scaleA, scaleB]);
        if (bias.Length == 0)
        {
            scope.Append(new Node(node.Name, "Mul", [floats, scale], node.Outputs, NodeAttributes.Empty));
            return;
        }
        string product = Add(node, "product", "Mul", [floats, scale]);
        scope.Append(new Node(node.Name, "Add", [product, bias], node.Outputs, NodeAttributes.Empty));
    }

    private string Add(Node node, string suffix, string op, ImmutableArray<string> inputs, NodeAttributes? attributes = null)
    {
        string name = New(node, suffix);
        scope.Append(new Node(name, op, inputs, [name], attributes ?? NodeAttributes.Empty));
        return name;
    }

    // DequantizeLinear of an input with its scale and zero point.
    private string Real(Node node, int codes, int scale, int zeroPoint, NodeAttributes? attributes = null)
    {
        string s = Scalar(node, Required(node, scale)), z = Input(node, zeroPoint) is { Length: > 0 } name ? Scalar(node, name) : "";
        bool perChannel = scope.Builder.Constants.TryGetValue(s, out Tensor? value) && value.Length > 1;
        return Add(node, $"in{codes}", "DequantizeLinear", z.Length > 0 ? [Required(node, codes), s, z] : [Required(node, codes), s], perChannel ? attributes : null);
    }

    // The int32 bias of a product counts in units of input scale · weight scale.
    private string Bias(Node node, string bias, string scaleX, string scaleW, float factor)
    {
        if (!scope.Builder.Constants.TryGetValue(scaleX, out Tensor? x) || !scope.Builder.Constants.TryGetValue(scaleW, out Tensor? w) || x.Type != ElementType.Float32 || w.Type != ElementType.Float32 || x.Length != 1)
        {
            throw new QuantizationException($"{node} has a bias and scales that are no float constants; expected constants. Export the model with constants inside.");
        }
        float[] scales = new float[w.Length];
        for (int i = 0; i < scales.Length; i++) { scales[i] = x.AsSpan<float>()[0] * w.AsSpan<float>()[i] * factor; }
        string scale = scope.Add(node.Name + "_bias_scale", scales.Length == 1 ? Tensor.Scalar(scales[0]) : Tensor.Create(scales), isNew: true);
        return Add(node, "bias", "DequantizeLinear", [bias, scale], scales.Length == 1 ? null : s_lastAxis);
    }

    // The operator, and QuantizeLinear to the node's output. Without a zero point the codes are of the type of those read.
    private void Quantized(Node node, string op, ImmutableArray<string> inputs, NodeAttributes attributes, int scale, int zeroPoint, int sample = 2)
    {
        string real = New(node, "real");
        scope.Append(new Node(node.Name, op, inputs, [real], attributes));
        string z = Input(node, zeroPoint);
        if (z.Length == 0 && Input(node, sample) is { Length: > 0 } like && scope.Builder.Constants.TryGetValue(like, out Tensor? other) && other.Type == ElementType.Int8)
        {
            z = scope.Add(node.Name + "_zero", Tensor.Scalar((sbyte)0), isNew: true);
        }
        string s = Scalar(node, Required(node, scale));
        scope.Append(new Node(New(node, "quantize"), "QuantizeLinear", z.Length > 0 ? [real, s, Scalar(node, z)] : [real, s], node.Outputs, NodeAttributes.Empty));
    }

    // Scales and zero points of one element may have an axis or none, and a pair not the same; here they have none.
    private string Scalar(Node node, string name) => scope.Builder.Constants.TryGetValue(name, out Tensor? value) && value.Length == 1 && value.Shape.Rank > 0
        ? scope.Add($"{node.Name}_{name}", value.Reshape(Shape.Scalar), isNew: true)
        : name;

    private string New(Node node, string suffix) => scope.Declare(scope.Free($"{node.Name}_{suffix}"), "A value of a group");

    private bool AreConstant(Node node, params ReadOnlySpan<int> inputs)
    {
        foreach (int input in inputs)
        {
            if (!scope.Builder.Constants.ContainsKey(Input(node, input))) { return false; }
        }
        return true;
    }

    private bool IsOne(Node node, int input) => scope.Builder.Constants[Required(node, input)].Length == 1;

    private static string Required(Node node, int index) => Input(node, index) is { Length: > 0 } name
        ? name
        : throw new QuantizationException($"{node} has no input {index} among its {node.Inputs.Length}; it is not optional. The file is damaged.");

    private static string Input(Node node, int index) => index < node.Inputs.Length ? node.Inputs[index] : "";
}
