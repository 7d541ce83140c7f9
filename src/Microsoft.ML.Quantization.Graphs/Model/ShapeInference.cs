using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Works out the element type and the axes of every value, node by node.</summary>
internal static class ShapeInference
{
    /// <summary>The facts of all inputs, constants and node outputs.</summary>
    /// <exception cref="QuantizationException">An operator is unknown, or its inputs do not fit.</exception>
    public static ImmutableDictionary<string, TensorFact> Run(int opset, IEnumerable<ValueInfo> inputs, ImmutableSortedDictionary<string, Tensor> constants, ImmutableArray<Node> nodes, OperatorList operators)
    {
        var propagation = new FactPropagation(opset, operators);
        foreach (ValueInfo input in inputs) { propagation.Add(input.Name, input.Fact); }
        foreach ((string name, Tensor tensor) in constants) { propagation.Add(name, tensor); }
        foreach (Node node in nodes) { propagation.Apply(node); }
        return propagation.Facts.ToImmutable();
    }
}
