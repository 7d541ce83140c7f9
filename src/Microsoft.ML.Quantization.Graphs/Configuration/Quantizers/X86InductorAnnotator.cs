using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The rules of an <see cref="X86InductorQuantizer"/> over a graph, one configuration after the other.</summary>
internal sealed class X86InductorAnnotator(AnnotatedGraph graph, bool dynamic)
{
    public const string Conv1d = "conv1d", Conv2d = "conv2d", Linear = "linear", MaxPool = "max_pool2d", Cat = "cat", AvgPool = "avg_pool2d", AdaptiveAvgPool = "adaptive_avg_pool2d",
        Flatten = "flatten", MatMul = "matmul", Mul = "mul";

    // Operators on codes: codes out where codes come in.
    private static readonly ImmutableHashSet<string> s_codesToCodes = [MaxPool, Cat, AvgPool, AdaptiveAvgPool, Flatten];

    private static readonly ImmutableArray<string> s_afterConv2d = ["relu", "hardtanh", "hardswish", "silu"];
    private static readonly ImmutableArray<string> s_afterConv1d = ["relu"];
    private static readonly ImmutableArray<string> s_afterLinear = ["relu", "leaky_relu", "tanh", "gelu"];

    private readonly Graph _source = graph.Graph;
    private readonly PatternNodes _patterns = new(graph.Graph);

    // Nodes that end a pattern whose inputs are quantized.
    private readonly HashSet<string> _ends = new(StringComparer.Ordinal);

    private AnnotatedGraph _graph = graph;
    private QuantizationConfig? _config;
    private Func<string, IEnumerable<Node>, bool> _filter = static (_, _) => false;

    /// <summary>Annotates what a rule is for.</summary>
    /// <param name="config">What to say; null leaves it in float.</param>
    /// <param name="filter">Told the operator that makes a pattern worth it, and all of the pattern's nodes.</param>
    public void Run(QuantizationConfig? config, Func<string, IEnumerable<Node>, bool> filter)
    {
        (_config, _filter) = (config, filter);
        if (dynamic)
        {
            Alone(Linear);
            return;
        }
        WithAdd(Conv2d, relu: true);
        WithAdd(Conv2d, relu: false);
        WithFunction(Conv2d, s_afterConv2d);
        WithFunction(Conv1d, s_afterConv1d);
        Alone(Conv2d);
        WithAdd(Linear, relu: true);
        WithAdd(Linear, relu: false);
        WithFunction(Linear, s_afterLinear);
        Alone(Linear);
        Products(MatMul);
        Products(Mul);
        foreach (Node node in _source.Nodes) { Propagate(node); }
    }

    /// <summary>Lets the outputs of operators on codes share with their first inputs, and gives the result.</summary>
    public AnnotatedGraph ShareOutputs()
    {
        foreach (Node node in _source.Nodes.Where(node => _ends.Contains(node.Name) && Kind(node) is { } kind && s_codesToCodes.Contains(kind)))
        {
            _graph = _graph.With(node.Name, _graph.Of(node)! with { OutputQSpec = new SharedQuantizationSpec(new(node.Inputs[0], node.Name)) });
        }
        return _graph;
    }

    /// <summary>PyTorch's name of a node; null for one the quantizer does not know.</summary>
    private string? Kind(Node node) => node.Domain.Length > 0 ? null : node.Operator switch
    {
        "Conv" when _patterns.IsConv(node, 1) => Conv1d,
        "Conv" when _patterns.IsConv(node, 2) => Conv2d,
        "Gemm" or "MatMul" when _patterns.IsLinear(node) => Linear,
        "MatMul" when _patterns.Is(node, "MatMul") && node.Inputs.Length == 2 => MatMul,
        "Mul" when _patterns.Is(node, "Mul") && !_patterns.IsInFunction(node) => Mul,
        "MaxPool" when _patterns.Is(node, "MaxPool", rank: 4) => MaxPool,
        "AveragePool" when _patterns.Is(node, "AveragePool", rank: 4) => AvgPool,
        "GlobalAveragePool" when _patterns.Is(node, "GlobalAveragePool", rank: 4) => AdaptiveAvgPool,
        "Concat" when _patterns.Is(node, "Concat") => Cat,
        "Flatten" when _patterns.Is(node, "Flatten") => Flatten,
        // Newer exporters write flatten as the Reshape it is.
        "Reshape" when _patterns.Is(node, "Reshape") && _source.Fact(node.Output).Rank == 2 && _source.Fact(node.Inputs[0]).Rank > 2 => Flatten,
        _ => null,
    };

    // The operand that is added is quantized behind a convolution; behind a linear layer that costs too much accuracy.
    private void WithAdd(string kind, bool relu)
    {
        foreach (Node node in _source.Nodes.Where(node => Kind(node) == kind))
        {
            if (Rewriting.OnlyReader(_source, node, "Add") is not { } add) { continue; }
            Node? activation = relu ? Rewriting.OnlyReader(_source, add, "Relu") : null;
            if (relu && activation is null || !Accepts(kind, activation is null ? [add, node] : [activation, add, node])) { continue; }
            string other = add.Inputs[add.Inputs[0] == node.Output ? 1 : 0];
            Weighted(node);
            Put(add, kind == Conv2d && _config is not null && _patterns.IsObservable(other) ? new QuantizationAnnotation().WithInput(other, _config.InputActivation) : new());
            if (activation is not null) { Put(activation, new()); }
            End(activation ?? add);
        }
    }

    private void WithFunction(string kind, ImmutableArray<string> functions)
    {
        foreach (Node node in _source.Nodes.Where(node => Kind(node) == kind))
        {
            Node? last = _patterns.FunctionsOf(node).Where(found => functions.Contains(found.Function)).Select(found => found.Last).FirstOrDefault();
            if (last is null || !Accepts(kind, [last, node])) { continue; }
            Weighted(node);
            Put(last, new());
            End(last);
        }
    }

    private void Alone(string kind)
    {
        foreach (Node node in _source.Nodes.Where(node => Kind(node) == kind && Accepts(kind, [node])))
        {
            Weighted(node);
            End(node);
        }
    }

    private void Products(string kind)
    {
        foreach (Node node in _source.Nodes.Where(node => Kind(node) == kind && Accepts(kind, [node])))
        {
            bool alike = kind == MatMul || _source.Fact(node.Inputs[0]).Dimensions.AsSpan().SequenceEqual(_source.Fact(node.Inputs[1]).Dimensions.AsSpan());
            if (_config is not null && (!alike || !node.Inputs.All(_patterns.IsObservable))) { continue; }
            Put(node, Activations(node.Inputs));
            End(node);
        }
    }

    private void Propagate(Node node)
    {
        if (Kind(node) is not { } kind || !s_codesToCodes.Contains(kind) || !Accepts(kind, [node])) { return; }
        if (_config is null)
        {
            Put(node, new());
            return;
        }
        ImmutableArray<string> data = kind == Cat ? node.Inputs : [node.Inputs[0]];
        if (kind == Flatten && _source.Consumers(node.Output) is { IsEmpty: false } readers && readers.All(reader => Kind(reader) is null)) { return; }
        if (!data.All(value => _source.Producer(value) is { } producer && _ends.Contains(producer.Name))) { return; }
        var first = new SharedQuantizationSpec(new(data[0], node.Name));
        Put(node, data.Where(value => value != data[0]).Aggregate(Activations([data[0]]), (annotation, value) => annotation.WithInput(value, first)));
        End(node);
    }

    private void Weighted(Node node)
    {
        if (_config is null)
        {
            Put(node, new());
            return;
        }
        QuantizationAnnotation annotation = Activations([node.Inputs[0]]).WithInput(node.Inputs[1], _patterns.Weight(node, _config.Weight));
        Put(node, node.HasInput(2) ? annotation.WithInput(node.Inputs[2], _config.Bias) : annotation);
    }

    private QuantizationAnnotation Activations(ImmutableArray<string> values) =>
        values.Aggregate(new QuantizationAnnotation(), (annotation, value) => annotation.WithInput(value, _config?.InputActivation));

    private bool Accepts(string kind, ReadOnlySpan<Node> pattern) => !_graph.IsAnnotated(pattern) && _filter(kind, pattern.ToArray());

    private void Put(Node node, QuantizationAnnotation annotation) => _graph = _graph.With(node.Name, annotation);

    private void End(Node node)
    {
        if (_config is not null) { _ends.Add(node.Name); }
    }
}
