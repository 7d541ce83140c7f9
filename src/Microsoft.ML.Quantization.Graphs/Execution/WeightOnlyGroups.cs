using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Finds float products whose weights stay codes in a bound plan: <see cref="StoredWeights"/> become floats where they are multiplied, with the same bits. Other
/// operators with such weights get them as floats when the plan is bound. The decision does not depend on the engine.
/// </summary>
internal static class WeightOnlyGroups
{
    /// <summary>The pass that notes name.</summary>
    public const string Name = "WeightCodes";

    /// <summary>Weights of all products together that stay in a second-level cache as floats, where they are faster than codes.</summary>
    private const long FewFloatBytes = 1 << 20;

    /// <summary>With fewer weights to a scale, codes and scales take about the memory of floats.</summary>
    private const int SmallestBlock = 8;

    private static readonly ImmutableArray<string> s_recurrent = ["LSTM", "GRU", "RNN"];

    /// <summary>The groups by their node, and a note for each operator with weights in codes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="operators">Its operators.</param>
    /// <param name="isTaken">Names of nodes that are looked at elsewhere.</param>
    public static (Dictionary<Node, CollapsedGroup> Groups, ImmutableArray<PassNote> Notes) Find(Graph graph, OperatorList operators, Predicate<string> isTaken)
    {
        var groups = new Dictionary<Node, CollapsedGroup>(ReferenceEqualityComparer.Instance);
        var found = new List<(Node Node, WeightOnlyGroup? Group, string? Reason)>();
        foreach (Node node in graph.Nodes.Where(node => node.Domain.Length == 0 && !isTaken(node.Name)))
        {
            int? at = s_recurrent.Contains(node.Operator) ? 1 : operators.Find(node, graph.Opset).Traits.WeightInput;
            if (at is not { } input || !node.HasInput(input) || graph.Constant(node.Inputs[input]) is not null || StoredWeights.Read(graph, operators, node.Inputs[input]) is not { } stored) { continue; }
            (WeightOnlyGroup? group, string? reason) = Match(graph, node, stored);
            found.Add((node, group, reason));
        }
        long floats = found.Sum(product => (product.Group?.Weights.Codes.Length ?? 0L) * sizeof(float));
        if (floats <= FewFloatBytes)
        {
            string few = $"those of all products take {floats} bytes as floats, and up to {FewFloatBytes} are faster so";
            found = [.. found.Select(product => (product.Node, (WeightOnlyGroup?)null, product.Reason ?? few))];
        }
        foreach ((Node node, WeightOnlyGroup? group, _) in found)
        {
            if (group is not null) { groups[node] = group; }
        }
        return (groups, [.. found.Select(product => new PassNote(Name, product.Node.Name, product.Group is not null, product.Group is { } group
            ? $"{product.Node.Operator} runs in float; its weights stay codes of {group.Weights.Bits} bits"
            : $"{product.Node.Operator} runs in float; its weights become floats when the plan is bound: {product.Reason}"))]);
    }

    private static (WeightOnlyGroup?, string?) Match(Graph graph, Node node, StoredWeights stored)
    {
        if (node.Operator is not ("MatMul" or "Gemm")) { return (null, "products of matrices alone multiply by codes"); }
        if (stored.Shape.Rank != 2) { return (null, "they are no matrix"); }
        bool gemm = node.Operator == "Gemm", inputFirst = (gemm && node.Attributes.Int("transB", 0) != 0) == stored.Transposed;
        if (gemm && (node.Attributes.Int("transA", 0) != 0 || node.Attributes.Float("alpha", 1f) != 1f)) { return (null, "it transposes its first input, or alpha is not 1"); }
        (int depth, int outputs) = inputFirst ? (stored.Shape[0], stored.Shape[1]) : (stored.Shape[1], stored.Shape[0]);
        if (BlockSize(stored.Blocks, depth, outputs, inputFirst) is not { } size) { return (null, "their scales do not run along what an output sums"); }
        if (size < Math.Min(SmallestBlock, depth)) { return (null, $"a scale for every {size} of them takes as much memory as floats"); }
        float[]? bias = gemm ? Gemm.Bias(node, node.HasInput(2) ? graph.Constant(node.Inputs[2]) : null, outputs) : MatMul.Bias(node, node.HasInput(2) ? graph.Constant(node.Inputs[2]) : null, outputs);
        if (bias is null) { return (null, "its bias is not one number for each output"); }

        int blocks = depth / size;
        float[] scales = new float[outputs * blocks];
        byte[] zeros = new byte[scales.Length];
        for (int i = 0; i < scales.Length; i++)
        {
            (int n, int block) = Math.DivRem(i, blocks);
            int from = stored.Blocks.IndexOf(inputFirst ? block * size * outputs + n : n * depth + block * size);
            (scales[i], zeros[i]) = (stored.Scales[from], stored.ZeroPoints[from]);
        }
        (float low, float high) = node.ActivationInterval;
        int bits = stored.Codes.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)15) || zeros.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)15) ? 8 : 4;
        byte[] codes = inputFirst ? WeightOrder.FromScattering<byte>(stored.Codes, outputs, depth, 1, 1) : stored.Codes;
        return (new(node, new() { Depth = depth, Outputs = outputs, Bits = bits, BlockSize = size, Codes = codes, Scales = scales, ZeroPoints = zeros, Bias = bias, Minimum = low, Maximum = high }), null);
    }

    /// <summary>How many neighbours of what one output sums have one scale; null where that is not the way scales lie.</summary>
    private static int? BlockSize(WeightBlocks blocks, int depth, int outputs, bool inputFirst) =>
        blocks.Count == 1 ? depth
        : inputFirst ? blocks.Inner == outputs ? blocks.Size : null
        : blocks.Inner != 1 ? null
        : blocks.Size <= depth && depth % blocks.Size == 0 ? blocks.Size : null;

    private sealed record WeightOnlyGroup(Node Product, WeightOnlySpec Weights) : CollapsedGroup(Product, Product.Inputs[0])
    {
        public override bool KeepsRowsOfVectors => false;

        public override Step Bind(Engine engine, bool perRow) => new MatrixProductStep(engine.Bind(Weights), Weights.Depth);
    }
}
