using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Checks everything that passes, plans and files rely on: names, one writer for each value, order, operators, facts, activations,
/// quantization parameters.
/// </summary>
public static class GraphVerifier
{
    /// <summary>Checks a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="operators">The operators that nodes may name.</param>
    /// <exception cref="QuantizationException">Something is violated. The message lists everything that is.</exception>
    public static void Verify(Graph graph, OperatorList? operators = null)
    {
        ImmutableArray<string> violations = Violations(graph, operators ?? OperatorList.BuiltIn);
        if (!violations.IsEmpty)
        {
            throw new QuantizationException($"Graph '{graph.Name}' violates {violations.Length} {(violations.Length == 1 ? "rule" : "rules")} of graphs; the pass or importer that made it must be corrected:\n- {string.Join("\n- ", violations)}");
        }
    }

    /// <summary>What is violated, in the order of the graph; empty for a good graph.</summary>
    public static ImmutableArray<string> Violations(Graph graph, OperatorList operators)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        var propagation = new FactPropagation(graph.Opset, operators);
        HashSet<string> written = new(StringComparer.Ordinal), names = new(StringComparer.Ordinal);
        foreach (ValueInfo input in graph.Inputs)
        {
            Define(input.Name, "an input of the graph");
            propagation.Add(input.Name, input.Fact);
            Expect(input.Name, input.Fact);
        }
        foreach ((string name, Tensor tensor) in graph.Constants)
        {
            Define(name, "a constant");
            propagation.Add(name, tensor);
            Expect(name, new(tensor.Type, tensor.Shape));
        }
        foreach (Node node in graph.Nodes)
        {
            if (node.Name.Length == 0 || !names.Add(node.Name)) { found.Add($"{node}: the name is {(node.Name.Length == 0 ? "empty" : "taken by an earlier node")}; expected a name of its own."); }
            bool complete = true;
            foreach (string input in node.Inputs.Where(input => input.Length > 0 && !written.Contains(input)))
            {
                complete = false;
                found.Add($"{node} reads value '{input}' before it is written; expected every value to be written first.");
            }
            foreach (string output in node.Outputs.Where(output => output.Length > 0)) { Define(output, node.ToString()); }
            if (complete) { Infer(node); }
        }
        foreach (ValueInfo output in graph.Outputs)
        {
            if (!written.Contains(output.Name)) { found.Add($"output '{output.Name}' is written by no node and is neither input nor constant."); }
            else { Expect(output.Name, output.Fact); }
        }
        return found.ToImmutable();

        void Define(string value, string writer)
        {
            if (value.Length == 0 || !written.Add(value)) { found.Add($"value '{value}', written by {writer}, {(value.Length == 0 ? "has no name" : "has another writer")}; expected one writer for each value."); }
        }

        void Expect(string value, TensorFact fact)
        {
            if (!graph.Facts.TryGetValue(value, out TensorFact? recorded)) { found.Add($"value '{value}' has no recorded fact; expected {fact}."); }
            else if (!recorded.Equals(fact)) { found.Add($"value '{value}' is recorded as {recorded}; expected {fact}."); }
        }

        void Infer(Node node)
        {
            try
            {
                IOperator op = operators.Find(node, graph.Opset);
                if (node.Attributes.Contains(Node.Activation))
                {
                    string activation = node.Attributes.String(Node.Activation);
                    if (!op.Traits.AcceptsActivation) { found.Add($"{node} has a fused activation, which {node.Operator} cannot have."); }
                    if (activation is not ("Relu" or "Clip")) { found.Add($"{node} has the fused activation '{activation}'; expected Relu or Clip."); }
                }
                foreach (string input in node.Inputs.Where(input => input.Length > 0 && !propagation.Facts.ContainsKey(input))) { propagation.Add(input, graph.Fact(input)); }
                propagation.Apply(node);
                foreach (string output in node.Outputs.Where(output => output.Length > 0)) { Expect(output, propagation.Facts[output]); }
                if (node.Domain.Length == 0 && node.Operator is QuantizationNodes.Quantize or QuantizationNodes.Dequantize) { QuantizationNodes.Parameters(graph, node); }
            }
            catch (QuantizationException problem)
            {
                found.Add(problem.Message);
            }
        }
    }
}
