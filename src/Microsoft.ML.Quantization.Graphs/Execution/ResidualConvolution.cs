using Microsoft.ML.Quantization.Graphs.Operators;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>A convolution and the Add behind it as one call, with the bits of both: <c>y = clamp(conv(x) + residual)</c>, written once.</summary>
/// <param name="Convolution">The convolution; nobody but the Add reads its output.</param>
/// <param name="Residual">The value that is added.</param>
internal sealed record ResidualConvolution(Node Convolution, string Residual)
{
    /// <summary>The pairs by their Add.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="isTaken">Whether a node is part of another call already.</param>
    public static Dictionary<Node, ResidualConvolution> Find(Graph graph, Func<Node, bool> isTaken)
    {
        var found = new Dictionary<Node, ResidualConvolution>(ReferenceEqualityComparer.Instance);
        foreach (Node add in graph.Nodes)
        {
            if (add is not { Operator: "Add", Domain: "" } || isTaken(add) || graph.Fact(add.Output).Type != ElementType.Float32
                || graph.Constant(add.Inputs[0]) is not null || graph.Constant(add.Inputs[1]) is not null || !graph.Fact(add.Inputs[0]).HasAxesOf(graph.Fact(add.Inputs[1]))) { continue; }
            // Of two convolutions the one that runs last: the other's output is then there.
            ResidualConvolution? last = null;
            for (int side = 0; side < 2; side++)
            {
                if (graph.Producer(add.Inputs[side]) is not { } producer || isTaken(producer) || producer.Attributes.Contains(Node.Activation)
                    || !Conv.CanAddResidual(graph, producer) || Rewriting.OnlyReader(graph, producer, "Add") is null) { continue; }
                if (last is null || graph.Nodes.IndexOf(producer) > graph.Nodes.IndexOf(last.Convolution)) { last = new(producer, add.Inputs[1 - side]); }
            }
            if (last is not null) { found[add] = last; }
        }
        return found;
    }
}
