using System.Collections.Immutable;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>One run of <see cref="InputWeightEqualization"/> over a graph.</summary>
internal sealed class InputWeightRewrite(Graph graph, IReadOnlySet<string>? nodes, OperatorList operators)
{
    private const string Pass = nameof(InputWeightEqualization);

    // The channels of activations lie on axis 1, for matrices as for images.
    private const int ChannelAxis = 1;

    private readonly ImmutableArray<PassNote>.Builder _notes = ImmutableArray.CreateBuilder<PassNote>();
    private readonly Dictionary<string, WeightedLayer> _layers = new(StringComparer.Ordinal);

    public PassResult Run(IEnumerable<ImmutableArray<Tensor>> batches)
    {
        WeightedLayer[] chosen = [.. graph.Nodes.Where(node => WeightedLayer.IsCandidate(node) && nodes?.Contains(node.Name) != false).Select(Accept).OfType<WeightedLayer>()];
        if (chosen.Length == 0) { return new(graph, _notes.ToImmutable()); }
        Dictionary<string, MinMaxObserver> inputs = chosen.Select(layer => layer.Node.Inputs[0]).Distinct(StringComparer.Ordinal)
            .ToDictionary(value => value, _ => ChannelScaling.Observer(ChannelAxis), StringComparer.Ordinal);
        Observe(inputs, batches);

        // All factors come from the original ranges; then rows and columns are scaled, so that the order does not matter.
        (WeightedLayer Layer, ImmutableArray<float> Factors)[] plan =
            [.. chosen.Select(layer => (layer, InputWeightEqualization.Factors(inputs[layer.Node.Inputs[0]], ChannelScaling.Ranges(layer.Weight, layer.InputAxis))))];
        var builder = new GraphBuilder(graph);
        foreach ((WeightedLayer layer, ImmutableArray<float> factors) in plan) { Scale(builder, layer.Node, factors); }
        foreach (WeightedLayer layer in _layers.Values) { layer.Write(builder); }
        return new(builder.Build(operators), _notes.ToImmutable());
    }

    private WeightedLayer? Accept(Node node)
    {
        (WeightedLayer? layer, string? reason) = WeightedLayer.Of(graph, node);
        reason ??= layer!.WhyNotInputs() ?? (graph.Constant(node.Inputs[0]) is not null ? $"the input of {node} is a constant" : null);
        if (reason is null) { return layer; }
        _notes.Add(new(Pass, node.Name, false, reason));
        return null;
    }

    private void Observe(Dictionary<string, MinMaxObserver> inputs, IEnumerable<ImmutableArray<Tensor>> batches)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { Operators = operators, KeepsValues = true });
        var tap = new Tap(inputs);
        foreach (ImmutableArray<Tensor> batch in batches) { plan.Run(batch, tap); }
        if (inputs.Values.Any(observer => observer.Count == 0)) { throw new QuantizationException("Input-weight equalization was given no data; expected at least one batch of representative rows."); }
    }

    private void Scale(GraphBuilder builder, Node node, ImmutableArray<float> factors)
    {
        _layers[node.Name] = Layer(node).ScaleInputs(ChannelScaling.Reciprocals(factors.AsSpan()));
        string value = node.Inputs[0];
        if (graph.Producer(value) is { } producer && Rewriting.WhyNotOnlyReader(graph, producer) is null
            && WeightedLayer.Of(graph, producer).Layer is { } before && before.WhyNotOutputs() is null)
        {
            _layers[producer.Name] = Layer(producer).ScaleOutputs(factors.AsSpan());
            _notes.Add(new(Pass, node.Name, true, $"the factors of its input are in the weights of {producer}"));
            return;
        }
        int rank = graph.Fact(value).Rank;
        Tensor constant = Tensor.Create<float>(factors.AsSpan(), new Shape([1, factors.Length, .. Enumerable.Repeat(1, rank - 2)]));
        string scale = builder.AddConstant(builder.Unique(node.Name + "_equalization_scale"), constant);
        string scaled = builder.Add(builder.Unique(node.Name + "_equalization_mul"), "Mul", [value, scale]);
        Node current = builder.Nodes.First(candidate => candidate.Name == node.Name);
        builder.Replace(current, current with { Inputs = [scaled, .. current.Inputs.Skip(1)] });
        _notes.Add(new(Pass, node.Name, true, $"a Mul scales its input '{value}'"));
    }

    private WeightedLayer Layer(Node node) => _layers.GetValueOrDefault(node.Name) ?? WeightedLayer.Of(graph, node).Layer!;

    private sealed class Tap(Dictionary<string, MinMaxObserver> observers) : IActivationTap
    {
        public bool Wants(string value) => observers.ContainsKey(value);

        public void Observe(string value, ReadOnlySpan<float> elements, Shape shape) => observers[value].Observe(elements, shape);
    }
}
