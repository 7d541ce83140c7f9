using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Transposes meet and cancel: one moves behind elementwise functions, constants and reductions until it meets its inverse, as in networks
/// of Keras, whose convolutions stand between a Transpose and its inverse. <c>f(Tx) = T f(x)</c>, <c>T⁻¹Tx = x</c>.
/// </summary>
/// <remarks>A graph in which no Transpose would go is left as it is. Nodes and graph outputs keep their names.</remarks>
public sealed class CancelTransposes(OperatorList? operators = null) : IGraphPass
{
    private static readonly ImmutableHashSet<string> s_unary = ["Relu", "LeakyRelu", "Clip", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Elu", "Softplus", "Abs", "Neg", "Exp", "Sqrt", "Erf", "Gelu", "Mish"];
    private static readonly ImmutableHashSet<string> s_binary = ["Add", "Sub", "Mul", "Div", "Min", "Max"];

    /// <inheritdoc/>
    public string Name => nameof(CancelTransposes);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        Graph current = graph;
        // Each turn moves a Transpose down or takes one away, so that a node is passed by each Transpose once at most.
        long most = (long)Count(graph) * graph.Nodes.Length + 1;
        for (long turn = 0; turn < most && current.Nodes.Where(IsTranspose).Select(node => Step(current, node)).FirstOrDefault(next => next is not null) is { } better; turn++) { current = better; }
        int gone = Count(graph) - Count(current);
        return gone <= 0 ? new(graph, []) : new(current, [new(Name, "", true, $"{gone} of {Count(graph)} transposes met their inverse")]);
    }

    private static int Count(Graph graph) => graph.Nodes.Count(IsTranspose);

    private static bool IsTranspose(Node node) => node is { Operator: "Transpose", Domain: "" };

    private Graph? Step(Graph graph, Node transpose)
    {
        int[] order = Order(graph, transpose);
        if (graph.IsOutput(transpose.Output)) { return null; }
        foreach (Node reader in graph.Consumers(transpose.Output))
        {
            if (IsTranspose(reader) && !graph.IsOutput(reader.Output)) { return Meet(graph, transpose, order, reader); }
        }
        ImmutableArray<Node> readers = [.. graph.Consumers(transpose.Output)];
        if (readers.Length != 1 || readers[0] is not { Domain: "" } next || graph.Fact(next.Output).Rank > order.Length) { return null; }
        if (s_unary.Contains(next.Operator) && next.Inputs[0] == transpose.Output) { return Swap(graph, [transpose], next, next.Inputs.SetItem(0, transpose.Inputs[0]), order); }
        if (s_binary.Contains(next.Operator) && next.Inputs.Length == 2) { return Pair(graph, transpose, next, order); }
        return next.Operator is "ReduceMean" or "Squeeze" && next.Inputs[0] == transpose.Output ? Reduce(graph, transpose, next, order) : null;
    }

    private Graph Meet(Graph graph, Node first, int[] order, Node second)
    {
        int[] both = [.. Order(graph, second).Select(axis => order[axis])];
        var builder = new GraphBuilder(graph);
        if (both.Index().All(pair => pair.Index == pair.Item))
        {
            builder.Remove(second);
            builder.RedirectReaders(second.Output, first.Inputs[0]);
        }
        else
        {
            builder.Replace(second, With(second, first.Inputs[0], second.Output, both));
        }
        if (graph.Consumers(first.Output).Length == 1) { builder.Remove(first); }
        return builder.Build(operators);
    }

    private Graph? Pair(Graph graph, Node transpose, Node next, int[] order)
    {
        int side = next.Inputs[0] == transpose.Output ? 0 : 1;
        string other = next.Inputs[1 - side];
        if (graph.Producer(other) is { } twin && twin != transpose && IsTranspose(twin))
        {
            bool same = Order(graph, twin).SequenceEqual(order) && Rewriting.WhyNotOnlyReader(graph, twin) is null;
            return same ? Swap(graph, [transpose, twin], next, next.Inputs.SetItem(side, transpose.Inputs[0]).SetItem(1 - side, twin.Inputs[0]), order) : null;
        }
        // A constant along one axis at most has the same elements in any order of axes.
        if (graph.Constant(other) is not { } constant || constant.Shape.Rank > order.Length || constant.Shape.Sizes.Count(size => size != 1) > 1) { return null; }
        int[] sizes = [.. Enumerable.Repeat(1, order.Length)];
        for (int axis = 0; axis < constant.Shape.Rank; axis++) { sizes[order[axis + order.Length - constant.Shape.Rank]] = constant.Shape[axis]; }
        var copy = new Tensor(constant.Type, new Shape(sizes));
        constant.Bytes.CopyTo(copy.Bytes);
        var builder = new GraphBuilder(graph);
        string moved = constant.Length == 1 && constant.Shape.Rank == 0 ? other : builder.AddConstant(builder.Unique(other + "_moved"), copy);
        return Swap(graph, [transpose], next, next.Inputs.SetItem(side, transpose.Inputs[0]).SetItem(1 - side, moved), order, builder);
    }

    // Reduced axes go by other numbers; where those that are left keep their order, nothing is left to transpose.
    private Graph? Reduce(Graph graph, Node transpose, Node next, int[] order)
    {
        bool isInput = next.HasInput(1);
        ImmutableArray<long>? axes = isInput ? graph.Constant(next.Inputs[1]) is { Type: ElementType.Int64 } list ? [.. list.AsSpan<long>()] : null : next.Attributes.Ints("axes");
        if (axes is null || axes.Value.IsEmpty) { return null; }
        ImmutableArray<long> moved = [.. axes.Value.Select(axis => (long)order[axis < 0 ? axis + order.Length : axis])];
        var builder = new GraphBuilder(graph);
        Node reduced = isInput
            ? next with { Inputs = [transpose.Inputs[0], builder.AddConstant(builder.Unique(next.Inputs[1] + "_moved"), Tensor.Create(moved.AsSpan(), new Shape(moved.Length)))] }
            : next with { Inputs = [transpose.Inputs[0]], Attributes = next.Attributes.With("axes", moved) };
        if (next.Operator == "ReduceMean" && next.Attributes.Int("keepdims", 1) != 0) { return Swap(graph, [transpose], reduced, reduced.Inputs, order, builder, next); }
        int[] left = [.. order.Where(axis => !moved.Contains(axis))];
        if (!left.SequenceEqual(left.Order())) { return null; }
        builder.Remove(transpose);
        builder.Replace(next, reduced);
        return builder.Build(operators);
    }

    // The function first, then one Transpose that writes what the function wrote.
    private Graph? Swap(Graph graph, ImmutableArray<Node> transposes, Node next, ImmutableArray<string> inputs, int[] order, GraphBuilder? builder = null, Node? original = null)
    {
        if (next.Outputs.Length != 1 || graph.IsOutput(next.Output)) { return null; }
        builder ??= new GraphBuilder(graph);
        string before = builder.Unique(next.Output + "_before");
        foreach (Node twin in transposes.Skip(1)) { builder.Remove(twin); }
        builder.Replace(original ?? next, next with { Inputs = inputs, Outputs = [before] });
        builder.Replace(transposes[0], With(transposes[0], before, next.Output, order));
        return builder.Build(operators);
    }

    private static Node With(Node transpose, string input, string output, int[] order) =>
        transpose with { Inputs = [input], Outputs = [output], Attributes = NodeAttributes.Empty.With("perm", order.Select(axis => (long)axis).ToImmutableArray()) };

    private static int[] Order(Graph graph, Node transpose) => transpose.Attributes.Ints("perm") is { } perm
        ? [.. perm.Select(axis => (int)axis)]
        : [.. Enumerable.Range(0, graph.Fact(transpose.Inputs[0]).Rank).Reverse()];
}
