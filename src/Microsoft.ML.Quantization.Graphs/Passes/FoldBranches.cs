using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Puts in the place of an If whose condition follows from constants and known sizes the nodes of the branch it takes, as in
/// <c>if x.shape[2] == 1: x = x.squeeze(2)</c> once the size is known. Goes into the branches of those that remain.
/// </summary>
public sealed class FoldBranches : IGraphPass
{
    private readonly OperatorList _operators;

    /// <summary>The pass.</summary>
    /// <param name="operators">The operators that nodes may name.</param>
    public FoldBranches(OperatorList? operators = null) => _operators = operators ?? OperatorList.BuiltIn;

    /// <inheritdoc/>
    public string Name => nameof(FoldBranches);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        if (!graph.Nodes.Any(IsIf)) { return new(graph, []); }
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        var builder = new GraphBuilder(graph.Name, graph.Opset);
        var facts = new FactPropagation(graph.Opset, _operators);
        var names = new InlinedNames(graph);
        bool changed = false;
        foreach (ValueInfo input in graph.Inputs)
        {
            builder.AddInput(input.Name, input.Fact);
            facts.Add(input.Name, input.Fact);
        }
        foreach ((string name, Tensor tensor) in graph.Constants) { AddConstant(name, tensor); }
        var waiting = new Stack<Node>(graph.Nodes.Reverse());
        while (waiting.TryPop(out Node? node))
        {
            if (!IsIf(node))
            {
                Add(node);
            }
            else if (facts.Value(node.Inputs[0]) is { } condition && !facts.IsAssumed(node.Inputs[0]))
            {
                string taken = condition.Bytes[0] != 0 ? If.Then : If.Else;
                foreach (Node inner in names.Inline(node, node.Attributes.GraphValue(taken)!, AddConstant).Reverse()) { waiting.Push(inner); }
                notes.Add(new(Name, node.Name, true, $"the condition is known: {taken} takes its place"));
                changed = true;
            }
            else
            {
                notes.Add(new(Name, node.Name, false, $"its condition '{node.Inputs[0]}' is known only when the model runs"));
                Add(node.Inputs.Any(facts.IsAssumed) ? node : FoldInside(node));
            }
        }
        if (!changed) { return new(graph, notes.ToImmutable()); }
        foreach (ValueInfo output in graph.Outputs) { builder.AddOutput(output.Name); }
        return new(builder.Build(_operators), notes.ToImmutable());

        void AddConstant(string name, Tensor tensor)
        {
            builder.AddConstant(name, tensor);
            facts.Add(name, tensor);
        }

        void Add(Node node)
        {
            builder.Add(node);
            facts.Apply(node);
        }

        Node FoldInside(Node node)
        {
            foreach (string branch in (string[])[If.Then, If.Else])
            {
                if (If.TryBranch(new(node, graph.Opset, [], []) { Operators = _operators }, branch, [.. node.Inputs.Skip(1).Select(input => facts.Facts[input])], out _) is not { } body) { continue; }
                PassResult inside = Run(body);
                if (!inside.Notes.Any(note => note.Applied)) { continue; }
                notes.AddRange(inside.Notes);
                node = node with { Attributes = node.Attributes.With(branch, inside.Graph) };
                changed = true;
            }
            return node;
        }
    }

    private static bool IsIf(Node node) => node is { Operator: "If", Domain: "" };
}
