using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Writes the formulas of <see cref="ReferenceRepresentation"/> as nodes of a new graph.</summary>
internal sealed class IntegerArithmetic
{
    // Two terms of this size and a zero point still fit 32 bits.
    private const float LargestTerm = 1 << 30;

    private readonly Graph _graph;
    private readonly GraphBuilder _builder;
    private readonly QdqWriter _writer;
    private readonly HashSet<string> _codes = new(StringComparer.Ordinal);

    public IntegerArithmetic(Graph graph)
    {
        (_graph, _builder) = (graph, new GraphBuilder(graph.Name, graph.Opset));
        _writer = new(_builder, graph.Facts.Keys.Concat(graph.Nodes.Select(node => node.Name)));
        foreach (ValueInfo input in graph.Inputs) { _builder.AddInput(input.Name, input.Fact); }
        foreach ((string name, Tensor tensor) in graph.Constants) { _builder.AddConstant(name, tensor); }
    }

    public bool IsWritten(string codes) => _codes.Contains(codes);

    public void Keep(Node node) => _builder.Add(node);

    public Graph Build(OperatorList operators)
    {
        foreach (ValueInfo output in _graph.Outputs) { _builder.AddOutput(output.Name); }
        return _builder.Build(operators);
    }

    /// <summary><c>clamp(rne(x / s)) + z</c>.</summary>
    public void Quantize(Node node, QuantizationParameters map) =>
        Finish(_writer.Node("Round", [_writer.Node("Div", [node.Inputs[0], Scales(map, node.Output)])]), map, new(map.Range.Minimum, map.Range.Maximum), node.Output, node.Output);

    /// <summary><c>f32(code − z) · s</c>.</summary>
    public void Dequantize(Node node, QuantizationParameters map) =>
        _builder.Add(new Node(node.Name, "Mul", [Cast(Centered(node.Inputs[0], map, node.Output), ElementType.Float32), Scales(map, node.Output)], node.Outputs, NodeAttributes.Empty));

    /// <summary>A Gemm, MatMul or Conv; the reason where the formula does not hold.</summary>
    public string? Product(Node node, (string Codes, QuantizationParameters Map) x, Tensor weights, QuantizationParameters map, string output, QuantizationParameters y)
    {
        bool conv = node.Operator == "Conv";
        if (node.Operator == "Gemm" && (node.Attributes.Int("transA", 0) != 0 || node.Attributes.Float("alpha", 1f) != 1f || node.HasInput(2) && node.Attributes.Float("beta", 1f) != 1f)) { return "its input is transposed or scaled"; }
        int columns = weights.Shape.Rank - 1, axis = conv || node.Operator == "Gemm" && node.Attributes.Int("transB", 0) != 0 ? 0 : columns;
        if (map.IsPerChannel && map.Axis != axis || !conv && weights.Shape.Rank != 2) { return "its weights do not have one scale for each output channel"; }
        int channels = weights.Shape[axis];
        float[] scales = map.IsPerChannel ? [.. map.Scales] : [.. Enumerable.Repeat(map.Scale, channels)];
        if (Bias(node, x.Map.Scale, scales, out int[]? bias) is { } reason) { return reason; }
        ImmutableArray<float> multipliers = [.. Requantization.Multipliers(x.Map.Scale, scales, y.Scale)];

        Shape channelShape = conv ? new([channels, .. Enumerable.Repeat(1, weights.Shape.Rank - 2)]) : new(channels);
        Tensor stored = !conv && axis == 0 ? Transposed(weights) : weights;
        ImmutableArray<string> inputs = [x.Codes, _writer.Constant(node.Inputs[1] + "_q", stored), _writer.Small("z", QdqWriter.ZeroPoints(x.Map, Shape.Scalar))];
        if (map.ZeroPoints.Any(zero => zero != 0)) { inputs = inputs.Add(_writer.Small("z", QdqWriter.ZeroPoints(map, map.IsPerChannel ? new(channels) : Shape.Scalar))); }
        string sums = _writer.Unique(node.Output + "_sums");
        _builder.Add(new Node(node.Name, conv ? "ConvInteger" : "MatMulInteger", inputs, [sums], conv ? node.Attributes.Without(Node.Activation).Without(Node.ClipMinimum).Without(Node.ClipMaximum) : NodeAttributes.Empty));
        if (bias is not null) { sums = _writer.Node("Add", [sums, _writer.Small("b", Tensor.Create<int>(bias, channelShape))]); }
        Finish(Scaled(sums, Tensor.Create(multipliers.AsSpan(), channelShape)), y, Codes.Within(node.ActivationInterval, y), output, null);
        return null;
    }

    /// <summary>An Add, rounded term by term; the reason where a term could not be held.</summary>
    public string? Add(Node node, (string Codes, QuantizationParameters Map) left, (string Codes, QuantizationParameters Map) right, string output, QuantizationParameters y)
    {
        float a = left.Map.Scale / y.Scale, b = right.Map.Scale / y.Scale;
        if (!(255 * a < LargestTerm && 255 * b < LargestTerm)) { return $"its scales differ too much: {left.Map.Scale:R} and {right.Map.Scale:R} to {y.Scale:R}"; }
        string sum = _writer.Node("Add", [Term(left, a, node), Term(right, b, node)]);
        Finish(Cast(sum, ElementType.Float32), y, Codes.Within(node.ActivationInterval, y), output, null);
        return null;

        string Term((string Codes, QuantizationParameters Map) term, float factor, Node at) => Cast(Scaled(Centered(term.Codes, term.Map, at.Output), Tensor.Scalar(factor)), ElementType.Int32);
    }

    /// <summary>A MaxPool: on codes, then from one map to the other.</summary>
    public string? MaxPool(Node node, (string Codes, QuantizationParameters Map) x, string output, QuantizationParameters y)
    {
        bool same = x.Map.Type == y.Type && x.Map.Scale == y.Scale && x.Map.ZeroPoint == y.ZeroPoint;
        string pooled = same ? output : _writer.Unique(node.Output + "_codes");
        _builder.Add(node with { Inputs = [x.Codes], Outputs = [pooled] });
        if (same) { _codes.Add(output); }
        else { Finish(Scaled(Centered(pooled, x.Map, node.Output), Tensor.Scalar(x.Map.Scale / y.Scale)), y, new(y.Range.Minimum, y.Range.Maximum), output, null); }
        return null;
    }

    private string? Bias(Node node, float inputScale, float[] scales, out int[]? bias)
    {
        bias = null;
        if (!node.HasInput(2)) { return null; }
        (string codes, QuantizationParameters? map) = IntegerGroups.Dequantized(_graph, node.Inputs[2]) is { } known ? known : (node.Inputs[2], (QuantizationParameters?)null);
        if (_graph.Constant(codes) is not { } value || value.Length != scales.Length && value.Length != 1) { return "its bias is not one constant for each output channel"; }
        float[] reals = map is null ? value.AsSpan<float>().ToArray() : Dequantizer.Dequantize(value, map).AsSpan<float>().ToArray();
        if (reals.Length == 1) { reals = [.. Enumerable.Repeat(reals[0], scales.Length)]; }
        int[] units = BiasQuantizer.Quantize(reals, inputScale, scales, Rounding.Divide);
        if (units.Any(code => Math.Abs((long)code) > BiasQuantizer.LargestCode)) { return "its bias does not fit 32 bits in units of input scale · weight scale"; }
        bias = units;
        return null;
    }

    // f32(integers) · factor, rounded half to even.
    private string Scaled(string integers, Tensor factor) => _writer.Node("Round", [_writer.Node("Mul", [Cast(integers, ElementType.Float32), _writer.Small("m", factor)])]);

    // Clamped as reals, where nothing overflows, then moved by the zero point.
    private void Finish(string rounded, QuantizationParameters map, CodeInterval codes, string output, string? along)
    {
        int? shared = map.IsPerChannel && map.ZeroPoints.Distinct().Count() > 1 ? null : map.IsPerChannel ? map.ZeroPoints[0] : map.ZeroPoint;
        string integers;
        if (shared is { } zero)
        {
            string clamped = _writer.Node("Clip", [rounded, _writer.Small("c", Tensor.Scalar((float)((long)codes.Low - zero))), _writer.Small("c", Tensor.Scalar((float)((long)codes.High - zero)))]);
            integers = _writer.Node("Add", [Cast(clamped, ElementType.Int32), _writer.Small("z", Tensor.Scalar(zero))]);
        }
        else
        {
            integers = _writer.Node("Clip", [_writer.Node("Add", [rounded, _writer.Small("z", Tensor.Create<float>([.. map.ZeroPoints.Select(zero => (float)zero)], Along(map, along!)))]),
                _writer.Small("c", Tensor.Scalar((float)codes.Low)), _writer.Small("c", Tensor.Scalar((float)codes.High))]);
        }
        _builder.Add(new Node(_writer.Unique(output + "_cast"), "Cast", [integers], [output], NodeAttributes.Empty.With("to", (long)map.Type.Storage().OnnxNumber()!)));
        _codes.Add(output);
    }

    private string Centered(string codes, QuantizationParameters map, string like) =>
        _writer.Node("Sub", [Cast(codes, ElementType.Int32), _writer.Small("z", Tensor.Create<int>([.. map.ZeroPoints], Along(map, like)))]);

    private string Scales(QuantizationParameters map, string like) => _writer.Small("s", Tensor.Create(map.Scales.AsSpan(), Along(map, like)));

    private Shape Along(QuantizationParameters map, string like) => map.Axis is { } axis
        ? new Shape([map.Scales.Length, .. Enumerable.Repeat(1, _graph.Fact(like).Rank - axis - 1)])
        : Shape.Scalar;

    private string Cast(string value, ElementType type) => _writer.Node("Cast", [value], NodeAttributes.Empty.With("to", (long)type.OnnxNumber()!));

    private static Tensor Transposed(Tensor matrix)
    {
        var result = new Tensor(matrix.Type, new Shape(matrix.Shape[1], matrix.Shape[0]));
        for (int i = 0; i < matrix.Length; i++) { result.Bytes[i % matrix.Shape[1] * matrix.Shape[0] + i / matrix.Shape[1]] = matrix.Bytes[i]; }
        return result;
    }
}
