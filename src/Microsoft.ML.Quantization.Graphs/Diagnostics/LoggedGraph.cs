using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>
/// A copy of a graph with further outputs to look at: PyTorch's <c>add_loggers</c> and <c>add_shadow_loggers</c>. The copy computes the
/// same values; codes are shown through a DequantizeLinear of their own, so that integer calls stay integer calls.
/// </summary>
internal sealed class LoggedGraph
{
    private readonly GraphBuilder _builder;
    private readonly Graph _source;
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _reals = new(StringComparer.Ordinal);

    public LoggedGraph(Graph source)
    {
        (_source, _builder) = (source, new GraphBuilder(source));
        foreach (ValueInfo output in source.Outputs) { _indexes.TryAdd(output.Name, _indexes.Count); }
    }

    /// <summary>Shows a value and returns the index of its output.</summary>
    public int Show(string value)
    {
        if (!_indexes.TryGetValue(value, out int index))
        {
            _builder.AddOutput(value);
            _indexes[value] = index = _indexes.Count;
        }
        return index;
    }

    /// <summary>Shows a matched value as reals.</summary>
    public int Show(MatchedValue match)
    {
        if (match.Quantize is not { } quantize) { return Show(match.QuantizedValue); }
        if (!_reals.TryGetValue(match.QuantizedValue, out string? reals))
        {
            Node logger = new(_builder.Unique(match.Site.Name + "_stats"), QuantizationNodes.Dequantize, [match.QuantizedValue, .. quantize.Inputs.Skip(1)], [_builder.Unique(match.Site.Name + "_stats_output")], quantize.Attributes);
            _reals[match.QuantizedValue] = reals = _builder.Add(logger).Output;
        }
        return Show(reals);
    }

    /// <summary>Shows what the float operator computes from the inputs of the quantized one; null where those are no codes.</summary>
    public int? ShowShadow(MatchedValue match, Graph model)
    {
        if (match.Site.Operator == MatchedValue.Input) { return null; }
        (Node node, Node twin) = (model.Node(match.Site.Name), _source.Node(match.Site.Name));
        if (!twin.Inputs.Any(input => _source.Producer(input)?.Operator == QuantizationNodes.Dequantize)) { return null; }
        ImmutableArray<string> inputs = [.. node.Inputs.Select((input, i) => model.Constant(input) is { } constant ? _builder.AddConstant(_builder.Unique(input + "_float"), constant) : twin.Inputs[i])];
        return Show(_builder.Add(node with { Name = _builder.Unique(node.Name + "_shadow"), Inputs = inputs, Outputs = [_builder.Unique(node.Name + "_shadow_output")] }).Output);
    }

    /// <summary>The graph with its loggers.</summary>
    public Graph Build(OperatorList operators) => _builder.Build(operators);
}
