using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Writes MatMul, Gemm and Conv with constant weights as ONNX's dynamic form, and embeddings as <see cref="EmbeddingForm"/>:
/// <code>
/// x₈, sx, zx = DynamicQuantizeLinear(x)      once for all readers of x
/// y = Add(Mul(Cast(MatMulInteger(x₈, W₈, zx)), Mul(sx, sw)), b)
/// </code>
/// </summary>
internal sealed class DynamicRewrite
{
    private const string Pass = "QuantizeDynamic";

    private readonly Graph _graph;
    private readonly DynamicQuantizationOptions _options;
    private readonly Func<Node, QConfig?> _configOf;
    private readonly GraphBuilder _builder;
    private readonly QdqWriter _writer;
    private readonly Dictionary<string, ImmutableArray<string>> _quantized = new(StringComparer.Ordinal);
    private readonly ImmutableArray<PassNote>.Builder _notes = ImmutableArray.CreateBuilder<PassNote>();

    /// <param name="graph">The graph.</param>
    /// <param name="options">Settings.</param>
    /// <param name="configOf">The configuration of a node, where it is not that of the settings.</param>
    public DynamicRewrite(Graph graph, DynamicQuantizationOptions options, Func<Node, QConfig?>? configOf = null)
    {
        (_graph, _options, _configOf) = (graph, options, configOf ?? (node => options.QConfigs.Find(node, graph)));
        _builder = new(graph.Name, Math.Max(graph.Opset, Converter.SmallestOpset));
        _writer = new(_builder, graph.Facts.Keys.Concat(graph.Nodes.Select(node => node.Name)));
    }

    public PassResult Run()
    {
        foreach ((string name, Tensor tensor) in _graph.Constants) { _builder.AddConstant(name, tensor); }
        foreach (ValueInfo input in _graph.Inputs) { _builder.AddInput(input.Name, input.Fact); }
        foreach (Node node in _graph.Nodes)
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            string? reason = node is { Domain: "", Operator: "Gather" } ? Embedding(node)
                : node is { Domain: "", Operator: "MatMul" or "Gemm" or "Conv" } ? Product(node)
                : node is { Domain: "", Operator: "ConvTranspose" } ? "ONNX has no integer form of ConvTranspose"
                : node.InnerGraphs.Any() ? Rewriting.InnerGraphsStay
                : "";
            if (reason is null) { continue; }
            _builder.Add(node);
            if (reason.Length > 0) { _notes.Add(new(Pass, node.Name, false, $"{node.Operator} stays float: {reason}")); }
        }
        foreach (ValueInfo output in _graph.Outputs) { _builder.AddOutput(output.Name); }
        return new(_builder.Build(_options.Operators), _notes.ToImmutable());
    }

    /// <summary>The specification of a node's weights, or why it stays float.</summary>
    public static (ObserverSpec? Weight, string? Reason) Weights(QConfig? config) => config switch
    {
        null => (null, "the configuration says not to quantize it"),
        { Activation: not { Observer: QConfigMapping.Placeholder, IsDynamic: true, Type: ElementType.QUInt8 } } =>
            (null, "the configuration does not leave the ranges of quint8 activations to the run, which is what dynamic quantization does"),
        { Weight: null or { Observer: QConfigMapping.Placeholder or QConfigMapping.Noop } } => (null, "the configuration leaves its weights in float"),
        { Weight.Type: not (ElementType.QInt8 or ElementType.QUInt8) } => (null, $"the configuration gives its weights the type {config.Weight.Type.Name()}; dynamic quantization takes qint8 or quint8"),
        { Weight.Scheme: QScheme.PerChannelAffineFloatQParams } => (null, "the configuration gives its weights real-valued zero points, which only embeddings have"),
        _ => (config.Weight, null),
    };

    private string? Embedding(Node node)
    {
        if (EmbeddingForm.Decline(_graph, node) is { } reason) { return reason; }
        if (_configOf(node) is not { } config) { return "the configuration says not to quantize it"; }
        if (config.Weight is not { Scheme: QScheme.PerChannelAffineFloatQParams, Type: ElementType.QUInt8 or ElementType.QUInt4x2 } spec)
        {
            return "the configuration is not one of embeddings, which have real-valued zero points (float_qparams_weight_only_qconfig)";
        }
        Tensor table = _graph.Constant(node.Inputs[0])!;
        if (_options.EmbeddingBits is { } asked) { spec = spec with { Type = asked == 8 ? ElementType.QUInt8 : ElementType.QUInt4x2, QuantMin = null, QuantMax = null }; }
        Tensor rows = table.Reshape(new Shape(table.Shape[0], table.Length / table.Shape[0]));
        QuantizationParameters map = QuantizedWeights.Observe(spec, rows, 0, _options.Observers, ImmutableArray.CreateBuilder<string>());
        _notes.Add(new(Pass, node.Name, true, EmbeddingForm.Write(_writer, _builder, node, table, map)));
        return null;
    }

    private string? Product(Node node)
    {
        if (!Rewriting.TryFloats(_graph, node, 1, out Tensor? weights)) { return "its weights are not a float32 constant"; }
        if (weights.Length == 0 || !Rewriting.AllFinite(weights)) { return "its weights are empty, NaN or infinite"; }
        if (_graph.Fact(node.Inputs[0]).Type != ElementType.Float32) { return "its input is not float32"; }
        if (node.Operator == "Gemm" && (node.Attributes.Float("alpha", 1f) != 1f || (node.HasInput(2) && node.Attributes.Float("beta", 1f) != 1f))) { return "its factors alpha and beta cannot be put into its constants"; }
        bool conv = node.Operator == "Conv";
        if (conv && node.HasInput(2) && !Rewriting.TryFloats(_graph, node, 2, out _)) { return "its bias is not a float32 constant"; }
        (ObserverSpec? spec, string? reason) = Weights(_configOf(node));
        if (reason is not null) { return reason; }

        if (node.Operator == "Gemm" && node.Attributes.Int("transB", 0) != 0) { weights = Transposed(weights); }
        int rank = weights.Shape.Rank;
        int? axis = conv ? 0 : rank >= 2 ? rank - 1 : null;
        var remarks = ImmutableArray.CreateBuilder<string>();
        QuantizationParameters map = QuantizedWeights.Observe(spec!, weights, axis, _options.Observers, remarks);
        Tensor codes = Quantizer.Quantize(weights, map, Rounding.Divide);
        if (!Fits(codes, map, axis)) { return "sums of so many products do not fit 32 bits"; }
        Write(node, weights, codes, map);
        _notes.Add(new(Pass, node.Name, true, $"{node.Operator} as {(conv ? "ConvInteger" : "MatMulInteger")}, weights {map}"));
        foreach (string remark in remarks) { _notes.Add(new(Pass, node.Name, true, remark)); }
        return null;
    }

    private void Write(Node node, Tensor weights, Tensor codes, QuantizationParameters map)
    {
        bool conv = node.Operator == "Conv";
        string x = node.Inputs[0];
        if (node.Operator == "Gemm" && node.Attributes.Int("transA", 0) != 0) { x = _writer.Node("Transpose", [x], NodeAttributes.Empty.With("perm", ImmutableArray.Create(1L, 0L))); }
        ImmutableArray<string> quantized = Quantized(x);
        int[] ones = conv ? [.. Enumerable.Repeat(1, weights.Shape.Rank - 2)] : [];
        Shape perChannel = map.IsPerChannel ? new([map.Scales.Length, .. ones]) : Shape.Scalar;
        ImmutableArray<string> inputs = [quantized[0], _writer.Constant(node.Inputs[1] + "_q", codes), quantized[2]];
        if (map.ZeroPoints.Any(zero => zero != 0)) { inputs = inputs.Add(_writer.Small("z", QdqWriter.ZeroPoints(map, map.IsPerChannel ? new(map.Scales.Length) : Shape.Scalar))); }
        string sums = _writer.Unique(node.Output + "_sums");
        _builder.Add(new Node(node.Name, conv ? "ConvInteger" : "MatMulInteger", inputs, [sums], conv ? node.Attributes.Without(Node.Activation).Without(Node.ClipMinimum).Without(Node.ClipMaximum) : NodeAttributes.Empty));
        string reals = _writer.Node("Cast", [sums], NodeAttributes.Empty.With("to", (long)ElementType.Float32.OnnxNumber()!));
        string scale = _writer.Node("Mul", [quantized[1], _writer.Small("s", Tensor.Create(map.Scales.AsSpan(), perChannel))]);
        string? bias = node.HasInput(2) ? node.Inputs[2] : null;
        if (conv && bias is not null) { bias = _writer.Small("b", _graph.Constant(bias)!.Reshape(new Shape([weights.Shape[0], .. ones]))); }
        bool last = !node.Attributes.Contains(Node.Activation);
        Emit("Mul", [reals, scale], last && bias is null, node, out string value);
        if (bias is not null) { Emit("Add", [value, bias], last, node, out value); }
        if (!last) { Activation(node, value); }
    }

    private void Emit(string op, ImmutableArray<string> inputs, bool last, Node node, out string value)
    {
        value = last ? node.Output : _writer.Unique(node.Output + "_" + op.ToLowerInvariant());
        _builder.Add(new Node(_writer.Unique($"{node.Name}_{op.ToLowerInvariant()}"), op, inputs, [value], NodeAttributes.Empty));
    }

    private void Activation(Node node, string value)
    {
        (float low, float high) = node.ActivationInterval;
        bool relu = node.Attributes.String(Node.Activation) == "Relu";
        ImmutableArray<string> inputs = relu ? [value] : [value, _writer.Small("c", Tensor.Scalar(low)), _writer.Small("c", Tensor.Scalar(high))];
        _builder.Add(new Node(_writer.Unique(node.Name + "_clamp"), relu ? "Relu" : "Clip", inputs, [node.Output], NodeAttributes.Empty));
    }

    private ImmutableArray<string> Quantized(string value)
    {
        if (_quantized.TryGetValue(value, out ImmutableArray<string> known)) { return known; }
        ImmutableArray<string> outputs = [_writer.Unique(value + "_q"), _writer.Unique(value + "_s"), _writer.Unique(value + "_z")];
        _builder.Add(new Node(_writer.Unique(value + "_quantize"), "DynamicQuantizeLinear", [value], outputs, NodeAttributes.Empty));
        return _quantized[value] = outputs;
    }

    private static bool Fits(Tensor codes, QuantizationParameters map, int? axis)
    {
        short[] centered = CenteredWeights.Of(codes.Bytes, codes.Shape, map);
        ChannelLayout layout = axis is { } channels ? ChannelLayout.Of(codes.Shape, channels) : new(1, 1, centered.Length);
        var sums = new long[layout.Channels];
        for (int i = 0; i < centered.Length; i++) { sums[i / layout.Inner % layout.Channels] += Math.Abs((int)centered[i]); }
        return sums.All(sum => sum * byte.MaxValue <= int.MaxValue);
    }

    private static Tensor Transposed(Tensor matrix)
    {
        var result = new Tensor(ElementType.Float32, new Shape(matrix.Shape[1], matrix.Shape[0]));
        for (int i = 0; i < matrix.Length; i++) { result.AsSpan<float>()[i % matrix.Shape[1] * matrix.Shape[0] + i / matrix.Shape[1]] = matrix.AsSpan<float>()[i]; }
        return result;
    }
}
