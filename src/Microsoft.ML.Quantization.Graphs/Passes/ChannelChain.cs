using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Two layers of which the second alone reads the first, directly or through operators that commute with positive factors of a channel.</summary>
/// <param name="First">The layer that writes the channels.</param>
/// <param name="Second">The layer that reads them.</param>
/// <param name="Values">The values between them, the first one's output first.</param>
/// <param name="Channels">Number of channels, axis 1 of all values.</param>
internal sealed record ChannelChain(WeightedLayer First, WeightedLayer Second, ImmutableArray<string> Values, int Channels)
{
    // f(s · x) = s · f(x) for s > 0, each channel for itself.
    private static readonly ImmutableHashSet<string> s_homogeneous = ["Relu", "LeakyRelu", "PRelu", "Identity", "Dropout", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"];

    // These too, over the axes behind the channels.
    private static readonly ImmutableHashSet<string> s_reductions = ["ReduceMean", "ReduceMax"];

    // These only regroup axes; where as many channels of as many elements come out as went in, they are the same ones.
    private static readonly ImmutableHashSet<string> s_regrouping = ["Flatten", "Reshape", "Squeeze", "Unsqueeze"];

    /// <summary>Where the first layer's activation cuts values off; infinity when it does not.</summary>
    public float Ceiling => First.Node.ActivationInterval.Maximum;

    /// <summary>All chains of a graph whose layers have constant weights of their own.</summary>
    public static ImmutableArray<ChannelChain> Find(Graph graph) => [.. graph.Nodes.Where(WeightedLayer.IsCandidate).Select(node => From(graph, node)).OfType<ChannelChain>()];

    private static ChannelChain? From(Graph graph, Node first)
    {
        (float floor, float ceiling) = first.ActivationInterval;
        // An activation commutes with factors if it cuts off at zero, or above with room left.
        if (floor is not (0f or float.NegativeInfinity) || ceiling <= 0 || graph.Fact(first.Output).Rank < 2 || graph.Fact(first.Output).Dimensions[1].Size is not { } channels) { return null; }
        var values = ImmutableArray.CreateBuilder<string>();
        for (Node node = first; Rewriting.WhyNotOnlyReader(graph, node) is null;)
        {
            values.Add(node.Output);
            Node reader = graph.Consumers(node.Output)[0];
            if (reader.Inputs[0] != node.Output || reader.Inputs.Count(input => input == node.Output) != 1) { return null; }
            if (WeightedLayer.IsCandidate(reader))
            {
                return WeightedLayer.Of(graph, first).Layer is { } upper && WeightedLayer.Of(graph, reader).Layer is { } lower && (lower.IsDepthwise || lower.WhyNotInputs() is null)
                    ? new(upper, lower, values.ToImmutable(), channels)
                    : null;
            }
            if (!Passes(graph, reader, channels)) { return null; }
            node = reader;
        }
        return null;
    }

    private static bool Passes(Graph graph, Node node, int channels)
    {
        TensorFact before = graph.Fact(node.Inputs[0]), after = graph.Fact(node.Output);
        if (node.Outputs.Length != 1 || after.Rank < 2 || after.Dimensions[1].Size != channels) { return false; }
        if (s_homogeneous.Contains(node.Operator)) { return true; }
        if (s_regrouping.Contains(node.Operator)) { return ElementsOfChannel(before) is { } elements && elements == ElementsOfChannel(after); }
        return s_reductions.Contains(node.Operator) && ReducedAxes(graph, node) is { } axes && axes.All(axis => (axis < 0 ? axis + before.Rank : axis) > 1);
    }

    private static long? ElementsOfChannel(TensorFact fact) => fact.Dimensions.Skip(2).Aggregate((long?)1, (product, dimension) => product * dimension.Size);

    private static ImmutableArray<long>? ReducedAxes(Graph graph, Node node) => node.Attributes.Ints("axes")
        ?? (node.HasInput(1) && graph.Constant(node.Inputs[1]) is { Type: ElementType.Int64 } axes ? [.. axes.AsSpan<long>()] : null);
}
