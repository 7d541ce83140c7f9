using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>One run of <see cref="ConvertPt2e"/>: walks the annotated graph in order and writes the quantized one, point by point.</summary>
internal sealed class AnnotatedRewrite
{
    private const string Pass = "Convert";

    private readonly Pt2eGraph _prepared;
    private readonly Graph _graph;
    private readonly IReadOnlyDictionary<PointGroup, QuantizationParameters> _parameters;
    private readonly bool _fold;
    private readonly GraphBuilder _builder;
    private readonly QdqWriter _writer;
    private readonly Dictionary<(string Value, PointGroup Group), string> _codes = [];
    private readonly Dictionary<(string Value, PointGroup Group), string> _reals = [];
    private readonly Dictionary<string, string> _written = new(StringComparer.Ordinal);
    private readonly ImmutableArray<PassNote>.Builder _notes = ImmutableArray.CreateBuilder<PassNote>();

    public AnnotatedRewrite(Pt2eGraph prepared, IReadOnlyDictionary<PointGroup, QuantizationParameters> parameters, bool fold)
    {
        Graph graph = prepared.Annotated.Graph;
        (_prepared, _graph, _parameters, _fold) = (prepared, graph, parameters, fold);
        _builder = new(graph.Name, Math.Max(graph.Opset, Converter.SmallestOpset));
        _writer = new(_builder, graph.Facts.Keys.Concat(graph.Nodes.Select(node => node.Name)));
    }

    public PassResult Run()
    {
        foreach ((string name, Tensor tensor) in _graph.Constants) { _builder.AddConstant(name, tensor); }
        foreach (ValueInfo input in _graph.Inputs) { _builder.AddInput(input.Name, input.Fact); }
        foreach (Node node in _graph.Nodes)
        {
            // The name of an output goes to the reals that come back.
            string[] outputs = [.. node.Outputs.Select(output => GroupOf(new(output)) is not null && _graph.IsOutput(output) ? _written[output] = _writer.Unique(output + "_f") : output)];
            _builder.Add(node with { Inputs = [.. node.Inputs.Select(input => Read(input, node))], Outputs = [.. outputs] });
        }
        foreach (ValueInfo output in _graph.Outputs)
        {
            if (GroupOf(new(output.Name)) is { } group) { _writer.Dequantize(Codes(output.Name, group, Written(output.Name)), _parameters[group], output.Name); }
            _builder.AddOutput(output.Name);
        }
        return new(_builder.Build(_prepared.Prepared.Operators), _notes.ToImmutable());
    }

    // Null for a point without parameters: not annotated, or with the ranges of a run.
    private PointGroup? GroupOf(QuantizationPoint point) => _prepared.GroupOf(point) is { } group && _parameters.ContainsKey(group) ? group : null;

    private string Written(string value) => _written.GetValueOrDefault(value, value);

    private string Read(string value, Node reader)
    {
        PointGroup? view = AnnotatedRunRanges.Config(_prepared, reader) is null ? GroupOf(new(value, reader.Name)) : null, writer = GroupOf(new(value));
        string seen = writer is null ? value : Reals(value, writer, Written(value));
        return view is null || ReferenceEquals(view, writer) ? seen : Reals(value, view, seen);
    }

    private string Reals(string value, PointGroup group, string source)
    {
        if (!_reals.TryGetValue((value, group), out string? reals)) { _reals[(value, group)] = reals = _writer.Dequantize(Codes(value, group, source), _parameters[group]); }
        return reals;
    }

    private string Codes(string value, PointGroup group, string source)
    {
        if (_codes.TryGetValue((value, group), out string? codes)) { return codes; }
        QuantizationParameters parameters = _parameters[group];
        if (_fold && _graph.Constant(value) is { } constant) { codes = _writer.Constant(value + "_q", Quantizer.Quantize(constant, parameters, Rounding.Divide)); }
        else
        {
            codes = _writer.Quantize(source, parameters);
            _notes.Add(new(Pass, _graph.Producer(value)?.Name ?? "", true, $"'{value}' as {parameters}"));
        }
        return _codes[(value, group)] = codes;
    }
}
