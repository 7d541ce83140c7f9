using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Additions of codes behind an integer convolution whose codes nobody else reads: one call that writes the sum, with the integers of both. The convolution's own codes
/// are still rounded in between, as the graph says.
/// </summary>
internal static class ResidualGroups
{
    /// <summary>Puts joined calls in the place of additions, and says so in their notes; the convolutions are then read by nobody.</summary>
    public static ImmutableArray<PassNote> Join(Graph graph, Dictionary<Node, IntegerGroup> groups, ImmutableArray<PassNote> notes)
    {
        foreach (Node add in groups.Keys.Where(static node => node is { Operator: "Add", Domain: "" }).ToArray())
        {
            if (groups[add] is not { Site: { } site } group) { continue; }
            // Of two convolutions the one that runs last: the other's codes are then there.
            (Node Node, int Side)? last = null;
            for (int side = 0; side < 2; side++)
            {
                if (Convolution(graph, groups, add, group, side) is not { } convolution) { continue; }
                if (last is null || graph.Nodes.IndexOf(convolution) > graph.Nodes.IndexOf(last.Value.Node)) { last = (convolution, side); }
            }
            if (last is not (var node, var own)) { continue; }
            IntegerSite inner = groups[node].Site!;
            var limits = Codes.Within(node.ActivationInterval, inner.Output!);
            ResidualSum sum = new(
                CodeParameters.From(site.Inputs[own]!.Parameters!) with { Minimum = limits.Low, Maximum = limits.High }, CodeParameters.From(site.Inputs[1 - own]!.Parameters!), IntegerBinary.OutputMap(site));
            groups[add] = group with
            {
                Inputs = [groups[node].Inputs[0], group.Inputs[1 - own]],
                Bind = engine => Conv.BindIntegerWithResidual(inner with { Engine = engine }, sum),
                Site = null,
            };
            notes = [.. notes.Select(note => note.Applied && note.Node == add.Name ? note with { Text = $"Add runs in integers, in the store of {node}" } : note)];
        }
        return notes;
    }

    private static Node? Convolution(Graph graph, Dictionary<Node, IntegerGroup> groups, Node add, IntegerGroup addition, int side)
    {
        string codes = addition.Inputs[side];
        if (codes == addition.Inputs[1 - side] || graph.IsOutput(codes) || graph.Producer(codes) is not { } quantize || graph.Producer(quantize.Inputs[0]) is not { } node) { return null; }
        if (!groups.TryGetValue(node, out IntegerGroup? group) || group is not { WritesCodes: true, Aliases.IsEmpty: true, Outputs.Length: 1, Site: not null } || group.Outputs[0] != codes || !Conv.CanAddResidual(node, group.Site)) { return null; }
        return graph.Consumers(codes) is [var dequantize] && !graph.IsOutput(dequantize.Output) && graph.Consumers(dequantize.Output) is [var reader] && reader == add ? node : null;
    }
}
