using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Restates a graph in a newer operator set, up to 13: settings that became inputs (axes of Squeeze, Unsqueeze and ReduceSum, sizes of Split,
/// bounds of Clip) and the axis of Softmax, whose meaning changed.
/// </summary>
public sealed class RaiseOpset(int opset, OperatorList? operators = null) : IGraphPass
{
    /// <inheritdoc/>
    public string Name => nameof(RaiseOpset);

    /// <inheritdoc/>
    /// <exception cref="QuantizationException">A node has no equivalent in the newer operator set.</exception>
    public PassResult Run(Graph graph)
    {
        if (graph.Opset >= opset) { return new(graph, []); }
        var builder = new GraphBuilder(graph) { Opset = opset };
        foreach (Node node in graph.Nodes)
        {
            Node restated = node.Domain.Length > 0 ? node : node.Operator switch
            {
                "Squeeze" or "Unsqueeze" or "ReduceSum" when opset >= 13 => IntsToInput(builder, node, "axes"),
                "Split" when opset >= 13 => IntsToInput(builder, node, "split"),
                "Clip" when opset >= 11 => BoundsToInputs(builder, node),
                "Softmax" or "LogSoftmax" when opset >= 13 => LastAxis(graph, node),
                "Dropout" when opset >= 12 => node with { Attributes = node.Attributes.Without("ratio") },
                "BatchNormalization" => node with { Attributes = node.Attributes.Without("spatial") },
                _ => node,
            };
            if (!ReferenceEquals(restated, node)) { builder.Replace(node, restated); }
        }
        return new(builder.Build(operators), [new(Name, "", true, $"restated from operator set {graph.Opset} in {opset}")]);
    }

    private static Node IntsToInput(GraphBuilder builder, Node node, string name)
    {
        if (node.Attributes.Ints(name) is not { } values) { return node; }
        string constant = builder.AddConstant(builder.Unique($"{node.Name}_{name}"), Tensor.Create([.. values]));
        return node with { Inputs = [node.Inputs[0], constant], Attributes = node.Attributes.Without(name) };
    }

    private static Node BoundsToInputs(GraphBuilder builder, Node node)
    {
        if (!node.Attributes.Contains("min") && !node.Attributes.Contains("max")) { return node; }
        return node with { Inputs = [node.Inputs[0], Bound("min"), Bound("max")], Attributes = node.Attributes.Without("min").Without("max") };

        string Bound(string name) => node.Attributes.Contains(name)
            ? builder.AddConstant(builder.Unique($"{node.Name}_{name}"), Tensor.Scalar(node.Attributes.Float(name)))
            : "";
    }

    // Up to 12 the axes from the given one on (1 when left out) were normalised together; from 13 on only the given one.
    private static Node LastAxis(Graph graph, Node node)
    {
        TensorFact fact = graph.Fact(node.Inputs[0]);
        long axis = node.Attributes.Int("axis", 1), from = axis < 0 ? axis + fact.Rank : axis;
        bool one = from == fact.Rank - 1 || Enumerable.Range((int)from + 1, Math.Max(0, fact.Rank - (int)from - 1)).All(i => fact.Dimensions[i].Size == 1);
        return one
            ? node with { Attributes = node.Attributes.With("axis", from) }
            : throw new QuantizationException($"{node} normalises axes {from} to {fact.Rank - 1} of {fact} together, which operator set 13 cannot say. Export the model with operator set 13 or newer.");
    }
}
