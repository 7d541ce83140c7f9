using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Reads the subgraphs of If, Loop and Scan.</summary>
internal static class SubgraphReader
{
    private const string Captured = "captured";

    /// <summary>Whether a node holds graphs.</summary>
    public static bool HasSubgraphs(NodeProto message) => message.Attribute.Any(attribute => attribute.G is not null || attribute.Type == AttributeProto.Types.Kind.Graphs);

    /// <summary>The node with its subgraphs, and with the values they capture as its last inputs.</summary>
    /// <exception cref="UnsupportedOperatorException">The operator is none of those whose subgraphs are known.</exception>
    public static Node Attach(Node node, NodeProto message, ScopeReader outer, ReadContext context)
    {
        if (node.Domain.Length > 0 || node.Operator is not ("If" or "Loop" or "Scan") || message.Attribute.Any(attribute => attribute.Type == AttributeProto.Types.Kind.Graphs))
        {
            throw new UnsupportedOperatorException(node, context.Opset);
        }
        List<string> captured = SubgraphNames.Captured(message);
        foreach (string name in captured.Where(name => outer.Fact(name) is null))
        {
            throw new QuantizationException($"A subgraph of {node} reads value '{name}', which no node around it writes before; expected a value of its own or of the graphs around it.");
        }
        List<string> inputs = [.. captured.Where(name => !outer.Builder.Constants.ContainsKey(name))];
        NodeAttributes attributes = node.Attributes.With(Captured, inputs.Count);
        foreach (AttributeProto attribute in message.Attribute.Where(attribute => attribute.G is not null))
        {
            attributes = attributes.With(attribute.Name, Read(node, attribute, captured, outer, context));
        }
        return node with { Attributes = attributes, Inputs = [.. node.Inputs, .. inputs] };
    }

    private static Graph Read(Node node, AttributeProto attribute, List<string> captured, ScopeReader outer, ReadContext context)
    {
        GraphProto message = attribute.G;
        // Names of values around are shadowed by nothing: ONNX wants them unique over all graphs. Those captured are taken anew.
        HashSet<string> taken = outer.TakenNames();
        taken.ExceptWith(captured);
        var reader = new ScopeReader(context, message.Name.Length > 0 ? NameCheck.Text(message.Name, "A subgraph") : attribute.Name, taken);
        reader.AddConstants(message);
        TensorFact[] known = [.. InputFacts(node, outer)];
        int next = 0;
        foreach (ValueInfoProto input in message.Input)
        {
            if (reader.Builder.Constants.ContainsKey(input.Name)) { continue; }
            TensorFact fact = next < known.Length ? known[next] : ValueReader.Read(input);
            next++;
            ValueReader.CheckType(input, fact);
            reader.AddInput(reader.Declare(input.Name, "An input of a subgraph"), fact);
        }
        foreach (string name in captured)
        {
            reader.Declare(name, "A captured value");
            if (outer.Builder.Constants.TryGetValue(name, out Tensor? constant)) { reader.Add(name, constant); }
            else { reader.AddInput(name, outer.Fact(name)!); }
        }
        reader.AddNodes(message);
        reader.AddOutputs(message);
        return reader.Build();
    }

    // What the node gives its body: Loop the turn, a condition and the carried values; Scan its states and a slice of each sequence.
    private static IEnumerable<TensorFact> InputFacts(Node node, ScopeReader outer)
    {
        switch (node.Operator)
        {
            case "Loop":
                return [new(ElementType.Int64, Shape.Scalar), new(ElementType.Boolean, Shape.Scalar), .. node.Inputs.Skip(2).Select(Fact)];
            case "Scan":
                int scanned = (int)Math.Clamp(node.Attributes.Int("num_scan_inputs"), 0, node.Inputs.Length), states = node.Inputs.Length - scanned;
                var axes = node.Attributes.Ints("scan_input_axes");
                return
                [
                    .. node.Inputs.Take(states).Select(Fact),
                    .. node.Inputs.Skip(states).Select((input, i) => Slice(Fact(input), axes is { } list && i < list.Length ? list[i] : 0)),
                ];
            default:
                return [];
        }

        TensorFact Fact(string input) => outer.Fact(input) ?? throw new QuantizationException($"{node} reads value '{input}' before it is written; expected nodes in order where a model has subgraphs.");

        TensorFact Slice(TensorFact fact, long axis) => axis >= -fact.Rank && axis < fact.Rank
            ? fact with { Dimensions = fact.Dimensions.RemoveAt((int)(axis < 0 ? axis + fact.Rank : axis)) }
            : throw new QuantizationException($"{node} scans axis {axis} of {fact}; expected an axis that it has.");
    }
}
