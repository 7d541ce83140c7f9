using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Stores constant weights as small integers and puts what makes floats of them in front of the float operator: for 8 bits with one scale for each output
/// channel a DequantizeLinear, else
/// <code>
/// W = Reshape((DequantizeLinear(codes, 1) − zero points) · scales)      codes [outer, blocks, size, inner]; two in a byte for 4 bits
/// </code>
/// All of it is constant, so that a plan computes it once when it is bound.
/// </summary>
internal sealed class WeightOnlyRewrite
{
    private const string Pass = "QuantizeWeightOnly";

    private readonly Graph _graph;
    private readonly WeightOnlyOptions _options;
    private readonly GraphBuilder _builder;
    private readonly QdqWriter _writer;
    private readonly Dictionary<string, string> _stored = new(StringComparer.Ordinal);
    private readonly ImmutableArray<PassNote>.Builder _notes = ImmutableArray.CreateBuilder<PassNote>();

    public WeightOnlyRewrite(Graph graph, WeightOnlyOptions options)
    {
        (_graph, _options) = (graph, options);
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
            string? reason = node is { Domain: "", Operator: "Gather" } ? Embedding(node) : Weighted(node) is { } inputs ? Rewrite(node, inputs) : node.InnerGraphs.Any() ? Rewriting.InnerGraphsStay : "";
            if (reason is null) { continue; }
            _builder.Add(node);
            if (reason.Length > 0) { _notes.Add(new(Pass, node.Name, false, $"{node.Operator} keeps its float weights: {reason}")); }
        }
        foreach (ValueInfo output in _graph.Outputs) { _builder.AddOutput(output.Name); }
        return new(_builder.Build(_options.Operators), _notes.ToImmutable());
    }

    private ImmutableArray<int>? Weighted(Node node) => node.Domain.Length > 0 ? null
        : node.Operator is "LSTM" or "GRU" or "RNN" ? [1, 2]
        : _options.Operators.Find(node, _graph.Opset).Traits.WeightInput is { } weight ? [weight] : null;

    private bool Wants(Node node) => _options.QConfigs is not { } mapping || mapping.Find(node, _graph) is not null;

    private string? Embedding(Node node)
    {
        if (EmbeddingForm.Decline(_graph, node) is { } reason) { return reason; }
        if (!Wants(node)) { return "the configuration says not to quantize it"; }
        Tensor table = _graph.Constant(node.Inputs[0])!;
        int rows = table.Shape[0];
        (float[] scales, byte[] zeros, _) = new WeightBlocks(rows, 1, table.Length / rows, 1).Quantize(table.AsSpan<float>(), _options.Bits, _options.Symmetric);
        var map = QuantizationParameters.WithFloatZeroPoints([.. scales], [.. zeros.Select(zero => (float)zero)], 0, _options.Bits == 4 ? ElementType.QUInt4x2 : ElementType.QUInt8);
        _notes.Add(new(Pass, node.Name, true, EmbeddingForm.Write(_writer, _builder, node, table, map)));
        return null;
    }

    private string? Rewrite(Node node, ImmutableArray<int> at)
    {
        if (!Wants(node)) { return "the configuration says not to quantize it"; }
        foreach (int input in at)
        {
            if (!Rewriting.TryFloats(_graph, node, input, out Tensor? weights)) { return "its weights are not a float32 constant"; }
            if (weights.Length == 0 || !Rewriting.AllFinite(weights)) { return "its weights are empty, NaN or infinite"; }
        }
        string[] inputs = [.. node.Inputs];
        foreach (int input in at) { inputs[input] = Store(node, node.Inputs[input], _graph.Constant(node.Inputs[input])!); }
        _builder.Add(node with { Inputs = [.. inputs] });
        _notes.Add(new(Pass, node.Name, true, $"{node.Operator} with weights of {_options.Bits} bits, {(_options.BlockSize == 0 ? "a scale for each output channel" : $"a scale for each block of {_options.BlockSize} or fewer")}"));
        return null;
    }

    /// <summary>The name of the floats that come back.</summary>
    private string Store(Node node, string name, Tensor weights)
    {
        WeightBlocks blocks = Blocks(node, weights.Shape, _options.BlockSize);
        string key = $"{name} {blocks}";
        if (_stored.TryGetValue(key, out string? known)) { return known; }
        (float[] scales, byte[] zeros, byte[] codes) = blocks.Quantize(weights.AsSpan<float>(), _options.Bits, _options.Symmetric);
        return _stored[key] = _options.Bits == 8 && Axis(weights.Shape, blocks) is { } axis
            ? PerChannel(name, weights.Shape, axis, scales, zeros, codes)
            : Blocked(name, weights.Shape, blocks, scales, zeros, codes);
    }

    private string PerChannel(string name, Shape shape, int axis, float[] scales, byte[] zeros, byte[] codes)
    {
        if (!_options.Symmetric)
        {
            var affine = new QuantizationParameters([.. scales], [.. zeros.Select(zero => (int)zero)], axis, ElementType.QUInt8);
            return _writer.Dequantize(_writer.Constant(name + "_q", new Tensor(ElementType.UInt8, shape, codes)), affine);
        }
        for (int i = 0; i < codes.Length; i++) { codes[i] ^= 0x80; }
        var symmetric = new QuantizationParameters([.. scales], [.. scales.Select(_ => 0)], axis, ElementType.QInt8);
        return _writer.Dequantize(_writer.Constant(name + "_q", new Tensor(ElementType.Int8, shape, codes)), symmetric);
    }

    private string Blocked(string name, Shape shape, WeightBlocks blocks, float[] scales, byte[] zeros, byte[] codes)
    {
        var seen = new Shape(blocks.Outer, blocks.Blocks, blocks.Size, blocks.Inner);
        var perBlock = new Shape(blocks.Outer, blocks.Blocks, 1, blocks.Inner);
        bool packed = _options.Bits == 4 && codes.Length % 2 == 0;
        Tensor stored = packed ? NibbleForm.Pack(codes, 1, codes.Length).Reshape(new Shape(codes.Length / 2)) : new Tensor(ElementType.UInt8, seen, codes);
        string value = _writer.Constant(name + "_q", stored);
        if (packed) { value = NibbleForm.Unpack(_writer, value); }
        byte zero = _options.Symmetric ? zeros[0] : (byte)0;
        value = Reals(value, zero);
        if (packed) { value = _writer.Node("Reshape", [value, _writer.Small("r", Dimensions(seen))]); }
        if (!_options.Symmetric) { value = _writer.Node("Sub", [value, Reals(_writer.Small("z", new Tensor(ElementType.UInt8, perBlock, zeros)), 0)]); }
        value = _writer.Node("Mul", [value, _writer.Small("s", Tensor.Create<float>(scales, perBlock))]);
        return _writer.Node("Reshape", [value, _writer.Small("r", Dimensions(shape))]);

        string Reals(string codesName, byte zeroPoint) => _writer.Node(QuantizationNodes.Dequantize, [codesName, _writer.Small("s", Tensor.Scalar(1f)), _writer.Small("z", Tensor.Create<byte>([zeroPoint], Shape.Scalar))]);
    }

    private static Tensor Dimensions(Shape shape) => Tensor.Create<long>([.. shape.Sizes.Select(size => (long)size)], new Shape(shape.Rank));

    /// <summary>Blocks run along what one output sums: the inputs of a channel and, for images, its taps.</summary>
    private static WeightBlocks Blocks(Node node, Shape shape, int blockSize)
    {
        int rank = shape.Rank;
        return node.Operator switch
        {
            "Conv" => WeightBlocks.Of(shape[0], shape.Count(1, rank), 1, blockSize),
            "ConvTranspose" => WeightBlocks.Of(1, shape[0], shape.Count(1, rank), blockSize),
            "Gemm" when node.Attributes.Int("transB", 0) != 0 => WeightBlocks.Of(shape[0], shape[1], 1, blockSize),
            "LSTM" or "GRU" or "RNN" => WeightBlocks.Of(shape[0] * shape[1], shape[2], 1, blockSize),
            _ when rank < 2 => WeightBlocks.Of(1, shape.Length, 1, blockSize),
            _ => WeightBlocks.Of(shape.Count(0, rank - 2), shape[rank - 2], shape[rank - 1], blockSize),
        };
    }

    /// <summary>The axis that has one scale for each index; null where scales lie otherwise.</summary>
    private static int? Axis(Shape shape, WeightBlocks blocks) =>
        blocks.Blocks != 1 ? null
        : blocks.Inner == 1 && blocks.Outer == shape[0] ? 0
        : blocks.Inner == 1 && shape.Rank > 1 && shape[0] == 1 && blocks.Outer == shape[1] ? 1
        : blocks.Outer == 1 && shape.Rank == 2 && blocks.Inner == shape[1] ? 1
        : null;
}
