using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>The values that the two graphs hold at one site.</summary>
/// <param name="Site">The place.</param>
/// <param name="FloatValue">The value in the float graph.</param>
/// <param name="QuantizedValue">The value in the quantized graph: codes where <paramref name="Quantize"/> is given, else reals.</param>
/// <param name="Quantize">The QuantizeLinear that writes the codes.</param>
internal sealed record MatchedValue(ComparedSite Site, string FloatValue, string QuantizedValue, Node? Quantize)
{
    /// <summary>The name of inputs in <see cref="ComparedSite.Operator"/>.</summary>
    public const string Input = "Input";

    /// <summary>All pairs, in the order of the float graph: quantized inputs, then nodes of the same name and operator.</summary>
    public static ImmutableArray<MatchedValue> Find(Graph model, Graph quantized)
    {
        var found = ImmutableArray.CreateBuilder<MatchedValue>();
        foreach (ValueInfo input in model.Inputs.Where(input => input.Fact.Type == ElementType.Float32 && quantized.Facts.ContainsKey(input.Name)))
        {
            if (QuantizerOf(quantized, input.Name) is { } quantize) { found.Add(Codes(quantized, input.Name, Input, input.Name, quantize)); }
        }
        Dictionary<string, Node> nodes = quantized.Nodes.ToDictionary(node => node.Name, StringComparer.Ordinal);
        foreach (Node node in model.Nodes)
        {
            if (!nodes.TryGetValue(node.Name, out Node? twin) || twin.Operator != node.Operator || model.Fact(node.Output).Type != ElementType.Float32) { continue; }
            if (Written(node, twin, quantized) is not { } written) { continue; }
            bool onlyCodes = quantized.Consumers(written) is { IsEmpty: false } readers && !quantized.IsOutput(written) && readers.All(reader => reader.Operator == QuantizationNodes.Quantize);
            found.Add(onlyCodes ? Codes(quantized, node.Name, node.Operator, node.Output, quantized.Consumers(written)[0])
                : new(new(node.Name, node.Operator, null), node.Output, written, null));
        }
        return found.Count > 0 ? found.ToImmutable() : throw new QuantizationException(
            $"The graphs '{model.Name}' and '{quantized.Name}' have no node of the same name and operator in common; expected a float graph and the graph made from it.");
    }

    // Where the quantized graph has the activation as a node of its own, as a quantizer may want it, that one writes the value.
    private static string? Written(Node node, Node twin, Graph quantized) =>
        node.Attributes.String(Node.Activation, "") == twin.Attributes.String(Node.Activation, "") ? twin.Output : quantized.Facts.ContainsKey(node.Output) ? node.Output : null;

    private static MatchedValue Codes(Graph quantized, string name, string op, string value, Node quantize) =>
        new(new(name, op, QuantizationNodes.Parameters(quantized, quantize)), value, quantize.Output, quantize);

    private static Node? QuantizerOf(Graph quantized, string value) =>
        quantized.Consumers(value).FirstOrDefault(reader => reader.Operator == QuantizationNodes.Quantize && reader.Inputs[0] == value);
}
