using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>Equality of whole graphs, with a difference a reader can act on.</summary>
internal static class GraphAssert
{
    public static void AreSame(Graph expected, Graph actual) => Assert.AreEqual(Text(expected), Text(actual));

    public static string Text(Graph graph) => string.Join('\n',
    [
        $"{graph.Name} {graph.Opset}",
        .. graph.Inputs.Select(value => "in " + value),
        .. graph.Outputs.Select(value => "out " + value),
        .. graph.Constants.Select(pair => $"constant {pair.Key} {Text(pair.Value)}"),
        .. graph.Nodes.Select(node => $"{node.Domain}:{node} ({string.Join(", ", node.Inputs)}) -> ({string.Join(", ", node.Outputs)}) {string.Join("; ", node.Attributes.Select(pair => $"{pair.Key}={Text(pair.Value)}"))}"),
        .. graph.Facts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value}"),
    ]);

    private static string Text(object value) => value switch
    {
        Tensor tensor => $"{tensor} {System.Convert.ToHexString(tensor.Bytes)}",
        ImmutableArray<long> numbers => $"[{string.Join(", ", numbers)}]",
        ImmutableArray<float> numbers => $"[{string.Join(", ", numbers.Select(number => number.ToString("R", null)))}]f",
        ImmutableArray<string> texts => $"['{string.Join("', '", texts)}']",
        float number => number.ToString("R", null) + "f",
        string text => $"'{text}'",
        _ => value.ToString()!,
    };
}
