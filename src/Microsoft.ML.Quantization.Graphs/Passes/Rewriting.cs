using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Questions that several passes ask about a graph.</summary>
internal static class Rewriting
{
    /// <summary>Why the output of <paramref name="producer"/> cannot be replaced by that of its reader; null when it can.</summary>
    public static string? WhyNotOnlyReader(Graph graph, Node producer)
    {
        string value = producer.Output;
        if (graph.IsOutput(value)) { return $"'{value}', the output of {producer}, is an output of the graph"; }
        int readers = graph.Consumers(value).Length;
        return readers == 1 ? null : $"{producer} feeds {readers} nodes; a change would reach the others";
    }

    /// <summary>The float constant at an input of a node; false when it is left out, not constant or of another type.</summary>
    public static bool TryFloats(Graph graph, Node node, int input, [NotNullWhen(true)] out Tensor? tensor)
    {
        tensor = node.HasInput(input) ? graph.Constant(node.Inputs[input]) : null;
        if (tensor is { Type: not ElementType.Float32 }) { tensor = null; }
        return tensor is not null;
    }
}
