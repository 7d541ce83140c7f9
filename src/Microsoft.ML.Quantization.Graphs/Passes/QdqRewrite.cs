using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>One run of <see cref="Converter"/>: walks the float graph in order and writes the quantized one.</summary>
internal sealed class QdqRewrite
{
    private readonly Graph _graph;
    private readonly PreparedGraph _prepared;
    private readonly ObserverList _observers;
    private readonly ImmutableDictionary<string, QuantizationParameters> _parameters;
    private readonly GraphBuilder _builder;
    private readonly QdqWriter _writer;
    private readonly Dictionary<string, string> _codes = new(StringComparer.Ordinal);
    private readonly ImmutableArray<PassNote>.Builder _notes = ImmutableArray.CreateBuilder<PassNote>();

    public QdqRewrite(PreparedGraph prepared, ImmutableDictionary<string, QuantizationParameters> parameters, ObserverList observers)
    {
        Graph graph = prepared.Graph;
        (_graph, _prepared, _parameters, _observers) = (graph, prepared, parameters, observers);
        _builder = new(graph.Name, Math.Max(graph.Opset, Converter.SmallestOpset));
        _writer = new(_builder, graph.Facts.Keys.Concat(graph.Nodes.Select(node => node.Name)));
    }

    public PassResult Run()
    {
        foreach ((string name, Tensor tensor) in _graph.Constants) { _builder.AddConstant(name, tensor); }
        foreach (ValueInfo input in _graph.Inputs)
        {
            _builder.AddInput(input.Name, input.Fact);
            if (_parameters.TryGetValue(input.Name, out QuantizationParameters? parameters)) { Quantize(input.Name, input.Name, parameters); }
        }
        foreach (Node node in _graph.Nodes)
        {
            if (_prepared.Quantized.TryGetValue(node.Name, out QConfig? config)) { WriteQuantized(node, config); }
            else { WriteFloat(node); }
        }
        foreach (ValueInfo output in _graph.Outputs)
        {
            if (IsRewritten(output.Name)) { _writer.Dequantize(_codes[output.Name], _parameters[output.Name], output.Name); }
            _builder.AddOutput(output.Name);
        }
        return new(_builder.Build(_prepared.Operators), _notes.ToImmutable());
    }

    private void WriteFloat(Node node)
    {
        var dequantized = new Dictionary<string, string>(StringComparer.Ordinal);
        _builder.Add(node with { Inputs = [.. node.Inputs.Select(input => IsRewritten(input) ? Dequantized(input, dequantized) : input)] });
        foreach (string output in node.Outputs.Where(_parameters.ContainsKey)) { Quantize(output, output, _parameters[output]); }
    }

    private void WriteQuantized(Node node, QConfig config)
    {
        OperatorTraits traits = _prepared.Operators.Find(node, _graph.Opset).Traits;
        var dequantized = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] inputs = [.. node.Inputs];
        for (int i = 0; i < inputs.Length; i++)
        {
            // What is computed between a chain's root and its last operator has no codes.
            if (Rewriting.IsActivation(_graph, node, traits, i) && _parameters.ContainsKey(inputs[i]) || IsRewritten(inputs[i])) { inputs[i] = Dequantized(inputs[i], dequantized); }
        }
        if (traits.WeightInput is { } at && node.HasInput(at) && _graph.Constant(node.Inputs[at]) is { } weights) { WriteWeights(node, traits, config, weights, inputs); }

        // The float output of the operator is only read by QuantizeLinear; a graph output's name goes to the reals that come back.
        string[] outputs = [.. node.Outputs.Select(output => IsRewritten(output) && _graph.IsOutput(output) ? _writer.Unique(output + "_f") : output)];
        _builder.Add(node with { Inputs = [.. inputs], Outputs = [.. outputs] });
        for (int i = 0; i < outputs.Length; i++)
        {
            if (IsRewritten(node.Outputs[i])) { Quantize(node.Outputs[i], outputs[i], _parameters[node.Outputs[i]]); }
        }
    }

    private void WriteWeights(Node node, OperatorTraits traits, QConfig config, Tensor weights, string[] inputs)
    {
        int at = traits.WeightInput!.Value;
        string? biasName = traits.BiasInput is { } biasAt && node.HasInput(biasAt) ? node.Inputs[biasAt] : null;
        int? axis = traits.WeightChannelAxis?.Invoke(node, _graph.Fact(node.Inputs[at]));
        int activation = at == 0 ? 1 : 0;
        QuantizedWeights quantized = QuantizedWeights.Of(config.Weight!, weights, axis, biasName is null ? null : _graph.Constant(biasName),
            Rewriting.OutputChannels(node, weights), _parameters[node.Inputs[activation]].Scale, _observers);
        inputs[at] = _writer.Dequantize(_writer.Constant(node.Inputs[at] + "_q", quantized.Weights), quantized.WeightParameters);
        if (biasName is not null) { inputs[traits.BiasInput!.Value] = _writer.Dequantize(_writer.Constant(biasName + "_q", quantized.Bias!), quantized.BiasParameters!); }
        foreach (string remark in quantized.Remarks) { _notes.Add(new("Convert", node.Name, true, remark)); }
    }

    private void Quantize(string value, string written, QuantizationParameters parameters)
    {
        _codes[value] = _writer.Quantize(written, parameters);
        _notes.Add(new("Convert", _graph.Producer(value)?.Name ?? "", true, $"'{value}' as {parameters}"));
    }

    // Whether readers must take the dequantized value, because the float one belongs to an integer call.
    private bool IsRewritten(string value) =>
        _parameters.ContainsKey(value) && _graph.Producer(value) is { } producer && _prepared.Quantized.ContainsKey(producer.Name);

    // ONNX Runtime fuses a group only if each DequantizeLinear has one reader, so every reader gets its own.
    private string Dequantized(string value, Dictionary<string, string> ofThisReader)
    {
        if (ofThisReader.TryGetValue(value, out string? known)) { return known; }
        QuantizationParameters parameters = _parameters[value];
        if (!_codes.TryGetValue(value, out string? codes))
        {
            _codes[value] = codes = _writer.Constant(value + "_q", Quantizer.Quantize(_graph.Constant(value)!, parameters, Rounding.Divide));
        }
        return ofThisReader[value] = _writer.Dequantize(codes, parameters);
    }
}
