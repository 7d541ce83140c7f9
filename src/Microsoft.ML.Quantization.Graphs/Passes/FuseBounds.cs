using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Min and Max with one number become Clip, together with a Relu or Clip before them: <c>max(min(x, 6), 0)</c> is <c>Clip(x, 0, 6)</c>, as
/// Keras' exporters write ReLU6. <see cref="FuseActivation"/> then puts it behind the operator before.
/// </summary>
public sealed class FuseBounds(OperatorList? operators = null) : IGraphPass
{
    /// <inheritdoc/>
    public string Name => nameof(FuseBounds);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        // Clip takes its bounds as inputs from operator set 11 on.
        if (graph.Opset < 11) { return new(graph, []); }
        foreach (string name in graph.Nodes.Where(node => node is { Operator: "Min" or "Max", Domain: "", Inputs.Length: 2 }).Select(node => node.Name).ToArray())
        {
            Node node = graph.Node(name);
            int side = Array.FindIndex([.. node.Inputs], input => graph.Constant(input) is { Type: ElementType.Float32, Length: 1 } number && !float.IsNaN(number.AsSpan<float>()[0]));
            if (side < 0 || graph.Constant(node.Inputs[1 - side]) is not null || graph.Fact(node.Inputs[side]).Rank > graph.Fact(node.Inputs[1 - side]).Rank) { continue; }
            (graph, string text) = Fuse(graph, node, node.Inputs[1 - side], graph.Constant(node.Inputs[side])!.AsSpan<float>()[0]);
            notes.Add(new(Name, name, true, text));
        }
        return new(graph, notes.ToImmutable());
    }

    private (Graph Graph, string Text) Fuse(Graph graph, Node node, string input, float number)
    {
        (float low, float high) = (float.NegativeInfinity, float.PositiveInfinity);
        Node? before = graph.Producer(input) is { } producer && Rewriting.WhyNotOnlyReader(graph, producer) is null && TryBounds(graph, producer, out low, out high) ? producer : null;
        (low, high) = node.Operator == "Min" ? (MathF.Min(low, number), MathF.Min(high, number)) : (MathF.Max(low, number), MathF.Max(high, number));
        var builder = new GraphBuilder(graph);
        string least = Bound("_min", low, float.NegativeInfinity), most = Bound("_max", high, float.PositiveInfinity);
        if (before is not null) { builder.Remove(before); }
        builder.Replace(node, node with { Operator = "Clip", Inputs = [before?.Inputs[0] ?? input, least, most], Attributes = NodeAttributes.Empty });
        return (builder.Build(operators), before is null ? "became a Clip" : $"became a Clip, with {before}");

        string Bound(string suffix, float value, float none) => value == none ? "" : builder.AddConstant(builder.Unique(node.Name + suffix), Tensor.Scalar(value));
    }

    private static bool TryBounds(Graph graph, Node node, out float low, out float high)
    {
        (low, high) = (float.NegativeInfinity, float.PositiveInfinity);
        if (node is { Operator: "Relu", Domain: "" } && graph.Fact(node.Output).Type == ElementType.Float32)
        {
            low = 0f;
            return true;
        }
        if (node is not { Operator: "Clip", Domain: "" }) { return false; }
        if (node.HasInput(1) && !Read(graph, node, 1, ref low)) { return false; }
        if (node.HasInput(2) && !Read(graph, node, 2, ref high)) { return false; }
        // A lower bound above the upper one gives the upper.
        low = MathF.Min(low, high);
        return true;
    }

    private static bool Read(Graph graph, Node node, int input, ref float bound)
    {
        if (!Rewriting.TryFloats(graph, node, input, out Tensor? tensor)) { return false; }
        bound = tensor.AsSpan<float>()[0];
        return !float.IsNaN(bound);
    }
}
