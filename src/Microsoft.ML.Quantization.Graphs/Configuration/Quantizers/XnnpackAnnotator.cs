using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>One configuration of an <see cref="XnnpackQuantizer"/> over a graph, pattern by pattern: a fusion comes before its parts.</summary>
internal sealed class XnnpackAnnotator
{
    private static readonly ImmutableArray<Action<XnnpackAnnotator>> s_static =
    [
        all => all.Weighted(all._patterns.IsLinear, relu: true),
        all => all.Weighted(all._patterns.IsLinear, relu: false),
        all => all.Weighted(all.IsConv, relu: true),
        all => all.Weighted(all.IsConv, relu: false),
        all => all.Weighted(all.IsTransposed, relu: true),
        all => all.Weighted(all.IsTransposed, relu: false),
        all => all.GlobalPools(),
        all => all.RecurrentEnds(),
        all => all.Binary("Add", relu: true),
        all => all.Binary("Add", relu: false),
        all => all.Binary("Mul", relu: true),
        all => all.Binary("Mul", relu: false),
        all => all.Concats(),
    ];

    private static readonly ImmutableArray<Action<XnnpackAnnotator>> s_dynamic = [all => all.Weighted(all._patterns.IsLinear, relu: false)];

    // aten.relu, hardtanh, max_pool2d, mean, permute, squeeze, adaptive_avg_pool2d, view, slice, flatten.
    private static readonly ImmutableHashSet<string> s_sharing = ["Relu", "Clip", "MaxPool", "ReduceMean", "Transpose", "Squeeze", "Unsqueeze", "GlobalAveragePool", "Reshape", "Slice", "Flatten"];

    private readonly Graph _source;
    private readonly PatternNodes _patterns;
    private readonly QuantizationConfig _config;
    private readonly Func<Node, bool> _filter;
    private AnnotatedGraph _graph;

    private XnnpackAnnotator(AnnotatedGraph graph, PatternNodes patterns, QuantizationConfig config, Func<Node, bool> filter) => (_graph, _source, _patterns, _config, _filter) = (graph, graph.Graph, patterns, config, filter);

    /// <summary>Annotates the nodes that pass the filter.</summary>
    public static AnnotatedGraph Run(AnnotatedGraph graph, PatternNodes patterns, QuantizationConfig config, Func<Node, bool> filter, bool dynamic)
    {
        var annotator = new XnnpackAnnotator(graph, patterns, config, filter);
        foreach (Action<XnnpackAnnotator> pattern in dynamic ? s_dynamic : s_static) { pattern(annotator); }
        return annotator._graph;
    }

    /// <summary>Lets operators that move or clamp numbers share with an annotated value before them.</summary>
    public static AnnotatedGraph Propagate(AnnotatedGraph graph)
    {
        foreach (Node node in graph.Graph.Nodes)
        {
            if (node.Domain.Length > 0 || !s_sharing.Contains(node.Operator) || graph.IsAnnotated(node)) { continue; }
            if (graph.Graph.Producer(node.Inputs[0]) is not { } producer || graph.Of(producer)?.OutputQSpec is null) { continue; }
            var shared = new SharedQuantizationSpec(new(node.Inputs[0]));
            graph = graph.With(node.Name, new QuantizationAnnotation { OutputQSpec = shared }.WithInput(node.Inputs[0], shared));
        }
        return graph;
    }

    private bool IsConv(Node node) => _patterns.IsConv(node, 1) || _patterns.IsConv(node, 2);

    private bool IsTransposed(Node node) => _patterns.IsConv(node, 1, "ConvTranspose") || _patterns.IsConv(node, 2, "ConvTranspose");

    private void Weighted(Func<Node, bool> pattern, bool relu)
    {
        foreach (Node node in _source.Nodes.Where(pattern))
        {
            QuantizationAnnotation inputs = new QuantizationAnnotation().WithInput(node.Inputs[0], _config.InputActivation).WithInput(node.Inputs[1], _patterns.Weight(node, _config.Weight));
            if (node.HasInput(2)) { inputs = inputs.WithInput(node.Inputs[2], _config.Bias); }
            Annotate(node, inputs, relu);
        }
    }

    private void GlobalPools()
    {
        foreach (Node pool in _source.Nodes.Where(node => _patterns.Is(node, "GlobalAveragePool", rank: 4) && Accepts(node)))
        {
            string x = pool.Inputs[0];
            bool written = _source.Producer(x) is { } producer && _graph.Of(producer)?.OutputQSpec is not null;
            Put(pool, new QuantizationAnnotation { OutputQSpec = SharedWith(x, pool) }.WithInput(x, written ? new SharedQuantizationSpec(new(x)) : _config.InputActivation));
        }
    }

    // The input and the first state, and both outputs; the layer itself stays float.
    private void RecurrentEnds()
    {
        const int Start = 5;
        foreach (Node gru in _source.Nodes.Where(node => _patterns.Is(node, "GRU") && Accepts(node)))
        {
            QuantizationAnnotation annotation = new QuantizationAnnotation { OutputQSpec = _config.OutputActivation }.WithInput(gru.Inputs[0], _config.InputActivation);
            Put(gru, gru.HasInput(Start) ? annotation.WithInput(gru.Inputs[Start], _config.InputActivation) : annotation);
        }
    }

    private void Binary(string op, bool relu)
    {
        foreach (Node node in _source.Nodes.Where(node => _patterns.Is(node, op) && node.Inputs.All(_patterns.IsObservable) && !_patterns.IsInFunction(node)))
        {
            Annotate(node, node.Inputs.Aggregate(new QuantizationAnnotation(), (annotation, input) => annotation.WithInput(input, _config.InputActivation)), relu);
        }
    }

    private void Concats()
    {
        foreach (Node node in _source.Nodes.Where(node => _patterns.Is(node, "Concat") && Accepts(node)))
        {
            SharedQuantizationSpec first = SharedWith(node.Inputs[0], node);
            QuantizationAnnotation annotation = new QuantizationAnnotation { OutputQSpec = first }.WithInput(node.Inputs[0], _config.InputActivation);
            Put(node, node.Inputs.Where(input => input != node.Inputs[0]).Aggregate(annotation, (all, input) => all.WithInput(input, first)));
        }
    }

    // With a Relu behind it, that one's output is quantized in place of the operator's own.
    private void Annotate(Node node, QuantizationAnnotation inputs, bool relu)
    {
        if (!relu)
        {
            if (Accepts(node)) { Put(node, inputs with { OutputQSpec = _config.OutputActivation }); }
        }
        else if (Rewriting.OnlyReader(_source, node, "Relu") is { } activation && Accepts(node) && Accepts(activation))
        {
            Put(node, inputs);
            Put(activation, new QuantizationAnnotation { OutputQSpec = _config.OutputActivation });
        }
    }

    private static SharedQuantizationSpec SharedWith(string value, Node reader) => new(new QuantizationPoint(value, reader.Name));

    private bool Accepts(Node node) => _filter(node) && !_graph.IsAnnotated(node);

    private void Put(Node node, QuantizationAnnotation annotation) => _graph = _graph.With(node.Name, annotation);
}
