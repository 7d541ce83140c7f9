using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>
/// Puts the nodes of a model's own functions in the place of the nodes that call them. A function that the operator list knows by name
/// stays one node.
/// </summary>
internal static class FunctionInliner
{
    private const int Deepest = 16;
    private const int MostNodes = 1 << 20;

    /// <summary>The nodes with every call of a function spelled out; new names are not among <paramref name="taken"/>.</summary>
    /// <exception cref="QuantizationException">Functions call each other in a circle, or swell to too many nodes.</exception>
    public static IEnumerable<NodeProto> Expand(IReadOnlyCollection<NodeProto> nodes, ReadContext context, HashSet<string> taken)
    {
        if (context.Functions.Count == 0) { return nodes; }
        var expanded = new List<NodeProto>();
        int calls = 0;
        foreach (NodeProto node in nodes) { Add(node, 0); }
        return expanded;

        void Add(NodeProto node, int depth)
        {
            (string Domain, string OpType) key = (NodeReader.Domain(node.Domain), node.OpType);
            if (!context.Functions.TryGetValue(key, out FunctionProto? function) || context.Operators.All.Any(op => (op.Schema.Domain, op.Schema.Name) == key))
            {
                expanded.Add(node);
                if (expanded.Count > MostNodes) { throw new QuantizationException($"Functions swell the model to more than {MostNodes} nodes; expected fewer. The file is damaged."); }
                return;
            }
            if (depth == Deepest) { throw new QuantizationException($"Functions such as '{node.OpType}' call each other more than {Deepest} deep; expected no circle. The file is damaged."); }
            string prefix = $"{(node.Name.Length > 0 ? node.Name : node.OpType)}_{calls++}/";
            foreach (NodeProto inner in function.Node) { Add(Rename(inner, node, function, prefix, taken), depth + 1); }
        }
    }

    private static NodeProto Rename(NodeProto inner, NodeProto call, FunctionProto function, string prefix, HashSet<string> taken)
    {
        NodeProto copy = inner.Clone();
        copy.Name = prefix + (inner.Name.Length > 0 ? inner.Name : inner.OpType);
        for (int i = 0; i < copy.Input.Count; i++) { copy.Input[i] = Value(copy.Input[i]); }
        for (int i = 0; i < copy.Output.Count; i++) { copy.Output[i] = Value(copy.Output[i]); }
        for (int i = copy.Attribute.Count - 1; i >= 0; i--)
        {
            if (copy.Attribute[i].G is not null) { throw new QuantizationException($"Function '{function.Name}' holds a subgraph, which is not supported; inline the function before saving the model."); }
            if (copy.Attribute[i].RefAttrName.Length == 0) { continue; }
            AttributeProto? value = call.Attribute.FirstOrDefault(given => given.Name == copy.Attribute[i].RefAttrName)
                ?? function.AttributeProto.FirstOrDefault(given => given.Name == copy.Attribute[i].RefAttrName);
            string name = copy.Attribute[i].Name;
            copy.Attribute.RemoveAt(i);
            if (value is null) { continue; }
            AttributeProto given = value.Clone();
            given.Name = name;
            copy.Attribute.Insert(i, given);
        }
        return copy;

        string Value(string name)
        {
            if (name.Length == 0) { return name; }
            int input = function.Input.IndexOf(name), output = function.Output.IndexOf(name);
            if (input >= 0) { return input < call.Input.Count ? call.Input[input] : ""; }
            if (output >= 0 && output < call.Output.Count && call.Output[output].Length > 0) { return call.Output[output]; }
            string own = prefix + name;
            while (taken.Contains(own)) { own += "'"; }
            return own;
        }
    }
}
