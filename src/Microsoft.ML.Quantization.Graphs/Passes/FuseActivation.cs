using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Conv, ConvTranspose, Gemm, MatMul or Add → Relu or Clip becomes one operator with an activation behind it:
/// <c>y = min(max(op(x), lo), hi)</c>.
/// </summary>
/// <remarks>
/// The value between the two is then never quantized: one rounding less, and all codes serve the interval that is left. The fused node
/// keeps its name and writes the value that the activation wrote. Source: PyTorch <c>fuse_modules</c>.
/// </remarks>
public sealed class FuseActivation(OperatorList? operators = null) : IGraphPass
{
    private readonly OperatorList _operators = operators ?? OperatorList.BuiltIn;

    /// <inheritdoc/>
    public string Name => nameof(FuseActivation);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        foreach (Node activation in graph.Nodes.Where(node => node.Operator is "Relu" or "Clip"))
        {
            if (graph.Producer(activation.Inputs[0]) is not { } producer || !_operators.Find(producer, graph.Opset).Traits.AcceptsActivation) { continue; }
            string? reason = Decline(graph, producer, activation);
            if (reason is null) { graph = Fuse(graph, producer, activation); }
            notes.Add(new(Name, activation.Name, reason is null, reason ?? $"fused into {producer}"));
        }
        return new(graph, notes.ToImmutable());
    }

    private static string? Decline(Graph graph, Node producer, Node activation)
    {
        if (graph.Fact(producer.Output).Type != ElementType.Float32) { return $"{producer} gives {graph.Fact(producer.Output).Type.Name()}; only float32 is clamped in one go"; }
        if (producer.Attributes.Contains(Node.Activation)) { return $"{producer} has an activation behind it already"; }
        if (Rewriting.WhyNotOnlyReader(graph, producer) is { } read) { return read; }
        if (activation.Operator == "Relu") { return null; }
        for (int bound = 1; bound <= 2; bound++)
        {
            if (activation.HasInput(bound) && !Rewriting.TryFloats(graph, activation, bound, out _)) { return $"bound '{activation.Inputs[bound]}' is not a float32 constant"; }
        }
        (float minimum, float maximum) = Bounds(graph, activation);
        return minimum <= maximum ? null : $"its bounds are {minimum} and {maximum}; expected the lower one first";
    }

    private Graph Fuse(Graph graph, Node producer, Node activation)
    {
        NodeAttributes attributes = producer.Attributes.With(Node.Activation, activation.Operator);
        if (activation.Operator == "Clip")
        {
            (float minimum, float maximum) = Bounds(graph, activation);
            attributes = attributes.With(Node.ClipMinimum, minimum).With(Node.ClipMaximum, maximum);
        }
        var builder = new GraphBuilder(graph);
        builder.Remove(activation);
        builder.Replace(producer, producer with { Outputs = [activation.Output], Attributes = attributes });
        return builder.Build(_operators);
    }

    // Bounds are inputs from operator set 11 on and settings before.
    private static (float Minimum, float Maximum) Bounds(Graph graph, Node clip) => (
        clip.HasInput(1) ? graph.Constant(clip.Inputs[1])!.AsSpan<float>()[0] : clip.Attributes.Float("min", float.NegativeInfinity),
        clip.HasInput(2) ? graph.Constant(clip.Inputs[2])!.AsSpan<float>()[0] : clip.Attributes.Float("max", float.PositiveInfinity));
}
