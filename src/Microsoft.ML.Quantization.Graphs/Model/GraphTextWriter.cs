using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Writes <see cref="GraphText"/>.</summary>
internal static class GraphTextWriter
{
    /// <summary>The whole graph.</summary>
    public static string Write(Graph graph)
    {
        var text = new StringBuilder();
        text.Append($"graph {Name(graph.Name)} opset {Integer(graph.Opset)}\n");
        foreach (ValueInfo input in graph.Inputs) { text.Append($"input {Name(input.Name)}: {Fact(input.Fact)}\n"); }
        foreach ((string name, Tensor tensor) in graph.Constants) { text.Append($"constant {Name(name)}: {Value(tensor)}\n"); }
        foreach (Node node in graph.Nodes) { text.Append(Statement(node)).Append(Comment(graph, node)).Append('\n'); }
        foreach (ValueInfo output in graph.Outputs) { text.Append($"output {Name(output.Name)}  # {Fact(output.Fact)}\n"); }
        return text.ToString();
    }

    private static string Statement(Node node)
    {
        string domain = node.Domain.Length > 0 ? $" of {Name(node.Domain)}" : "";
        string attributes = node.Attributes.Count > 0 ? $" {{{string.Join(", ", node.Attributes.Select(pair => $"{Name(pair.Key)} = {Attribute(pair.Value)}"))}}}" : "";
        return $"node {Name(node.Name)}: {string.Join(", ", node.Outputs.Select(Name))} = {Name(node.Operator)}({string.Join(", ", node.Inputs.Select(Name))}){domain}{attributes}";
    }

    private static string Comment(Graph graph, Node node) =>
        "  # " + string.Join(", ", node.Outputs.Where(output => output.Length > 0).Select(output => $"{Name(output)}: {(graph.Facts.TryGetValue(output, out TensorFact? fact) ? Fact(fact) : "unknown")}"));

    private static string Attribute(object value) => value switch
    {
        long number => Integer(number),
        float real => Real(real),
        string quoted => Quoted(quoted),
        ImmutableArray<long> list => list.IsEmpty ? "ints []" : $"[{string.Join(", ", list.Select(Integer))}]",
        ImmutableArray<float> list => list.IsEmpty ? "floats []" : $"[{string.Join(", ", list.Select(Real))}]",
        ImmutableArray<string> list => list.IsEmpty ? "strings []" : $"[{string.Join(", ", list.Select(Quoted))}]",
        Tensor tensor => $"tensor {Value(tensor)}",
        Graph graph => $"graph {Quoted(Write(graph))}",
        _ => throw new NotSupportedException($"An attribute holds a {value.GetType().Name}."),
    };

    private static string Value(Tensor tensor) => $"{Fact(new(tensor.Type, tensor.Shape))} = {TensorText.Write(tensor)}";

    private static string Fact(TensorFact fact) => $"{fact.Type.Name()}[{string.Join(", ", fact.Dimensions.Select(Size))}]";

    private static string Size(Dimension dimension) => dimension.Size is { } size ? Integer(size)
        : dimension.Symbol is { } symbol ? symbol.All(char.IsAsciiDigit) ? Quoted(symbol) : Name(symbol)
        : "?";

    // R keeps every float but the payload of a NaN.
    private static string Real(float value) => float.IsNaN(value)
        ? $"bits.{BitConverter.SingleToUInt32Bits(value):x8}f"
        : value.ToString("R", CultureInfo.InvariantCulture) + "f";

    private static string Integer(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Name(string name) => name.Length > 0 && name.All(GraphTextLine.IsBare) ? name : Quoted(name);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (char c in text)
        {
            if (c is '"' or '\\') { quoted.Append('\\').Append(c); }
            else if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029') { quoted.Append($"\\u{(int)c:x4}"); }
            else { quoted.Append(c); }
        }
        return quoted.Append('"').ToString();
    }
}
