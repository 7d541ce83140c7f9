using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Questions that several passes ask about a graph.</summary>
internal static class Rewriting
{
    /// <summary>Why what stands in the graphs of an If, Loop or Scan is not quantized, for a note.</summary>
    public const string InnerGraphsStay = "the operators of its inner graphs are not rewritten";

    /// <summary>Why the output of <paramref name="producer"/> cannot be replaced by that of its reader; null when it can.</summary>
    public static string? WhyNotOnlyReader(Graph graph, Node producer)
    {
        string value = producer.Output;
        if (graph.IsOutput(value)) { return $"'{value}', the output of {producer}, is an output of the graph"; }
        int readers = graph.Consumers(value).Length;
        return readers == 1 ? null : $"{producer} feeds {readers} nodes; a change would reach the others";
    }

    /// <summary>The node of that operator that alone reads a node's output, once; null when there is none.</summary>
    public static Node? OnlyReader(Graph graph, Node producer, string op) =>
        WhyNotOnlyReader(graph, producer) is null && graph.Consumers(producer.Output)[0] is { Domain: "" } reader && reader.Operator == op && reader.Inputs.Count(input => input == producer.Output) == 1 ? reader : null;

    /// <summary>The float constant at an input of a node; false when it is left out, not constant or of another type.</summary>
    public static bool TryFloats(Graph graph, Node node, int input, [NotNullWhen(true)] out Tensor? tensor)
    {
        tensor = node.HasInput(input) ? graph.Constant(node.Inputs[input]) : null;
        if (tensor is { Type: not ElementType.Float32 }) { tensor = null; }
        return tensor is not null;
    }

    /// <summary>Number of channels that a Conv, ConvTranspose or Gemm with these weights gives; that of the last axis for others.</summary>
    public static int OutputChannels(Node node, Tensor weight) => node.Operator switch
    {
        "Conv" => weight.Shape[0],
        "ConvTranspose" => weight.Shape[1] * (int)node.Attributes.Int("group", 1),
        "Gemm" => weight.Shape[node.Attributes.Int("transB", 0) != 0 ? 0 : 1],
        _ => weight.Shape.Rank == 0 ? 1 : weight.Shape.Sizes[^1],
    };

    /// <summary>Whether an input carries an activation: float, and neither constant weights nor a bias nor a setting.</summary>
    public static bool IsActivation(Graph graph, Node node, OperatorTraits traits, int input) =>
        node.HasInput(input) && input != traits.BiasInput && graph.Fact(node.Inputs[input]).Type == ElementType.Float32
        && !(input == traits.WeightInput && graph.Constant(node.Inputs[input]) is not null) && traits.IsSetting?.Invoke(input) != true;

    /// <summary>Whether a float tensor has neither NaN nor infinities.</summary>
    public static bool AllFinite(Tensor tensor)
    {
        foreach (float value in tensor.AsSpan<float>())
        {
            if (!float.IsFinite(value)) { return false; }
        }
        return true;
    }
}
