using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Works out the element type and the axes of every value, node by node.</summary>
internal static class ShapeInference
{
    /// <summary>The facts of all inputs, constants and node outputs.</summary>
    /// <exception cref="QuantizationException">An operator is unknown, or its inputs do not fit.</exception>
    public static ImmutableDictionary<string, TensorFact> Run(int opset, IEnumerable<ValueInfo> inputs, ImmutableSortedDictionary<string, Tensor> constants, ImmutableArray<Node> nodes, OperatorList operators)
    {
        var facts = ImmutableDictionary.CreateBuilder<string, TensorFact>(StringComparer.Ordinal);
        foreach (ValueInfo input in inputs) { facts[input.Name] = input.Fact; }
        foreach ((string name, Tensor tensor) in constants) { facts[name] = new(tensor.Type, tensor.Shape); }
        foreach (Node node in nodes)
        {
            var site = new InferenceSite(node, opset, [.. node.Inputs.Select(input => input.Length == 0 ? null : facts[input])], [.. node.Inputs.Select(constants.GetValueOrDefault)]);
            ImmutableArray<TensorFact> inferred = operators.Find(node, opset).Infer(site);
            for (int i = 0; i < node.Outputs.Length; i++)
            {
                if (node.Outputs[i].Length > 0)
                {
                    facts[node.Outputs[i]] = i < inferred.Length ? inferred[i] : throw site.Refuse($"it has {node.Outputs.Length} outputs; this operator gives {inferred.Length}");
                }
            }
        }
        return facts.ToImmutable();
    }
}
