using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Finds look-ups in quantized tables, as <see cref="EmbeddingForm"/> writes them. The decision does not depend on the engine.</summary>
internal static class EmbeddingGroups
{
    /// <summary>The groups by their last node, and a note for each.</summary>
    public static (Dictionary<Node, CollapsedGroup> Groups, ImmutableArray<PassNote> Notes) Find(Graph graph)
    {
        var groups = new Dictionary<Node, CollapsedGroup>(ReferenceEqualityComparer.Instance);
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        foreach (Node node in graph.Nodes.Where(node => node is { Domain: "", Operator: "Gather" }))
        {
            if (Match(graph, node) is not { } group) { continue; }
            groups[group.Last] = group;
            notes.Add(new("IntegerCalls", node.Name, true, "Gather reads codes and makes floats of the rows it was asked for, in one call"));
        }
        return (groups, notes.ToImmutable());
    }

    private static EmbeddingGroup? Match(Graph graph, Node gather)
    {
        if (RowsOf(graph, gather, ElementType.UInt8) is not { Shape.Rank: >= 2 } codes || graph.Constant(gather.Inputs[1]) is not null) { return null; }
        Node? last = Unpacked(graph, gather);
        bool packed = last is not null;
        if (packed && codes.Shape.Rank != 2) { return null; }
        if (Rewriting.OnlyReader(graph, last ?? gather, QuantizationNodes.Dequantize) is not { } dequantize || !IsPlain(graph, dequantize)) { return null; }
        if (Next(graph, dequantize, "Mul") is not var (scaled, scales) || Next(graph, scaled, "Add") is not var (sum, biases)) { return null; }
        return scales.All(scale => float.IsFinite(scale) && scale > 0f) ? new(sum, gather, codes, scales, biases, packed) : null;

        // A Mul or Add with numbers gathered by the same ids, one for each row of the table.
        (Node Node, float[] Numbers)? Next(Graph graph, Node node, string op)
        {
            if (Rewriting.OnlyReader(graph, node, op) is not { } reader) { return null; }
            string other = reader.Inputs[0] == node.Output ? reader.Inputs[1] : reader.Inputs[0];
            return graph.Producer(other) is { Domain: "", Operator: "Gather" } numbers && numbers.Inputs[1] == gather.Inputs[1] && RowsOf(graph, numbers, ElementType.Float32) is { } table
                && table.Shape.Rank == codes.Shape.Rank && table.Length == codes.Shape[0] && table.Shape[0] == codes.Shape[0] ? (reader, table.AsSpan<float>().ToArray()) : null;
        }
    }

    private static Tensor? RowsOf(Graph graph, Node gather, ElementType type) =>
        gather.Attributes.Int("axis", 0) == 0 && graph.Constant(gather.Inputs[0]) is { Length: > 0 } table && table.Type == type ? table : null;

    /// <summary>The Concat of <see cref="NibbleForm.Unpack"/>.</summary>
    private static Node? Unpacked(Graph graph, Node gather)
    {
        if (graph.IsOutput(gather.Output) || graph.Consumers(gather.Output) is not { Length: 2 } readers) { return null; }
        Node? low = readers.FirstOrDefault(node => node is { Domain: "", Operator: "Mod" }), high = readers.FirstOrDefault(node => node is { Domain: "", Operator: "BitShift" });
        bool halves = low is not null && high is not null && low.Inputs[0] == gather.Output && IsByte(graph, low.Inputs[1], 16) && high.Inputs[0] == gather.Output && IsByte(graph, high.Inputs[1], 4)
            && high.Attributes.String("direction") == "RIGHT";
        return halves && Rewriting.OnlyReader(graph, low!, "Concat") is { Inputs.Length: 2 } concat && ReferenceEquals(Rewriting.OnlyReader(graph, high!, "Concat"), concat) && concat.Inputs[0] == low!.Output && concat.Attributes.Int("axis", 0) == -1 ? concat : null;
    }

    // Scale 1 and zero point 0: the codes as floats.
    private static bool IsPlain(Graph graph, Node dequantize) =>
        graph.Constant(dequantize.Inputs[1]) is { Length: 1 } scale && scale.AsSpan<float>()[0] == 1f && (!dequantize.HasInput(2) || IsByte(graph, dequantize.Inputs[2], 0));

    private static bool IsByte(Graph graph, string value, byte expected) => graph.Constant(value) is { Length: 1, Type: ElementType.UInt8 } tensor && tensor.Bytes[0] == expected;

    private sealed record EmbeddingGroup(Node Sum, Node Gather, Tensor Codes, float[] Scales, float[] Biases, bool Packed) : CollapsedGroup(Sum, Gather.Inputs[1])
    {
        public override Step Bind(Engine engine, bool perRow) => new EmbeddingStep(Gather, Codes, Scales, Biases, Packed);
    }
}
