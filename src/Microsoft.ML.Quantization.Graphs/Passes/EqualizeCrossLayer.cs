using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Equalizes the channel ranges of consecutive layers, pair after pair, until the weights no longer change (<see cref="CrossLayerEqualization"/>).
/// The graph computes the same reals; per-tensor weight scales then fit every channel.
/// </summary>
/// <remarks>
/// Runs on a float graph before Prepare, and is not part of the <see cref="FusionPipeline"/>: with per-channel weights it gains little. Two
/// layers are a pair when a Conv or Gemm feeds only the other, directly or through operators that commute with positive factors of a channel.
/// Source: PyTorch <c>torch.ao.quantization._equalize.equalize</c>.
/// </remarks>
public sealed class EqualizeCrossLayer(EqualizationOptions? options = null, OperatorList? operators = null) : IGraphPass
{
    // f(s · x) = s · f(x) for s > 0, each channel for itself.
    private static readonly ImmutableHashSet<string> s_homogeneous = ["Relu", "Identity", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"];

    private readonly EqualizationOptions _options = options ?? new();

    /// <inheritdoc/>
    public string Name => nameof(EqualizeCrossLayer);

    /// <inheritdoc/>
    /// <exception cref="QuantizationException">A pair of the options names no node, or nodes that cannot be equalized.</exception>
    public PassResult Run(Graph graph)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        var layers = new Dictionary<string, WeightedLayer>(StringComparer.Ordinal);
        ImmutableArray<LayerPair> pairs = _options.Pairs is { } given ? Required(graph, given, layers) : Found(graph, layers, notes);
        if (pairs.IsEmpty) { return new(graph, notes.ToImmutable()); }

        int rounds = Converge(pairs, layers);
        var builder = new GraphBuilder(graph);
        foreach (WeightedLayer layer in layers.Values) { layer.Write(builder); }
        foreach (LayerPair pair in pairs) { notes.Add(new(Name, pair.First, true, $"ranges balanced with {graph.Node(pair.Second)} in {rounds} rounds")); }
        return new(builder.Build(operators), notes.ToImmutable());
    }

    private int Converge(ImmutableArray<LayerPair> pairs, Dictionary<string, WeightedLayer> layers)
    {
        for (int round = 1; ; round++)
        {
            // As in PyTorch, a layer of two pairs is compared with what it was before the later one.
            var before = new Dictionary<string, Tensor>(StringComparer.Ordinal);
            foreach (LayerPair pair in pairs)
            {
                (WeightedLayer first, WeightedLayer second) = (layers[pair.First], layers[pair.Second]);
                (before[pair.First], before[pair.Second]) = (first.Weight, second.Weight);
                ImmutableArray<float> factors = CrossLayerEqualization.Factors(first.Weight, first.OutputAxis, second.Weight, second.InputAxis);
                layers[pair.First] = first.ScaleOutputs(ChannelScaling.Reciprocals(factors.AsSpan()));
                layers[pair.Second] = second.ScaleInputs(factors.AsSpan());
            }
            if (round >= _options.MaximumRounds || before.Sum(layer => Distance(layer.Value, layers[layer.Key].Weight)) < _options.Threshold) { return round; }
        }
    }

    private ImmutableArray<LayerPair> Found(Graph graph, Dictionary<string, WeightedLayer> layers, ImmutableArray<PassNote>.Builder notes)
    {
        var pairs = ImmutableArray.CreateBuilder<LayerPair>();
        foreach (Node node in graph.Nodes.Where(WeightedLayer.IsCandidate))
        {
            if (Behind(graph, node) is not { } second) { continue; }
            if (Add(graph, node, second, layers) is { } reason) { notes.Add(new(Name, node.Name, false, reason)); }
            else { pairs.Add(new(node.Name, second.Name)); }
        }
        return pairs.ToImmutable();
    }

    private static ImmutableArray<LayerPair> Required(Graph graph, ImmutableArray<LayerPair> pairs, Dictionary<string, WeightedLayer> layers)
    {
        foreach (LayerPair pair in pairs)
        {
            (Node first, Node second) = (graph.Node(pair.First), graph.Node(pair.Second));
            string? reason = ReferenceEquals(Behind(graph, first), second) ? Add(graph, first, second, layers) : $"{second} is not the only reader of {first}, directly or through {string.Join(", ", s_homogeneous.Order(StringComparer.Ordinal))}";
            if (reason is not null) { throw new QuantizationException($"{first} and {second} cannot be equalized: {reason}. Leave the pair out."); }
        }
        return pairs;
    }

    private static Node? Behind(Graph graph, Node node)
    {
        while (Rewriting.WhyNotOnlyReader(graph, node) is null)
        {
            Node reader = graph.Consumers(node.Output)[0];
            if (WeightedLayer.IsCandidate(reader)) { return reader.Inputs[0] == node.Output && reader.Inputs.Count(input => input == node.Output) == 1 ? reader : null; }
            if (!s_homogeneous.Contains(reader.Operator)) { return null; }
            node = reader;
        }
        return null;
    }

    private static string? Add(Graph graph, Node first, Node second, Dictionary<string, WeightedLayer> layers)
    {
        (WeightedLayer? upper, string? reason) = WeightedLayer.Of(graph, first);
        if (upper is null) { return reason; }
        (WeightedLayer? lower, reason) = WeightedLayer.Of(graph, second);
        if (lower is null) { return reason; }
        if ((upper.WhyNotOutputs() ?? lower.WhyNotInputs()) is { } refusal) { return refusal; }
        (layers[first.Name], layers[second.Name]) = (upper, lower);
        return null;
    }

    // The Frobenius norm of the change.
    private static double Distance(Tensor before, Tensor after)
    {
        double sum = 0;
        ReadOnlySpan<float> old = before.AsSpan<float>(), now = after.AsSpan<float>();
        for (int i = 0; i < old.Length; i++) { sum += ((double)now[i] - old[i]) * ((double)now[i] - old[i]); }
        return Math.Sqrt(sum);
    }
}
