using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Computes, once and for all, every node whose inputs are all constants: <c>f(c₁, c₂, …)</c> becomes a constant.</summary>
public sealed class FoldConstants : IGraphPass
{
    /// <summary>Bytes that all results together may have beyond those of their inputs.</summary>
    private const long MostGrowth = 32L << 20;

    private readonly OperatorList _operators;

    /// <summary>The pass.</summary>
    /// <param name="operators">The operators that nodes may name.</param>
    public FoldConstants(OperatorList? operators = null) => _operators = operators ?? OperatorList.BuiltIn;

    /// <summary>Leave DequantizeLinear of constants alone, because behind it stand the small integer weights of a quantized model.</summary>
    public bool KeepDequantizeLinear { get; init; } = true;

    /// <summary>Bytes that a result may have beyond those of the inputs it replaces; keeps a Tile or Expand of a small constant small.</summary>
    public long LargestResult { get; init; } = 1 << 20;

    /// <inheritdoc/>
    public string Name => nameof(FoldConstants);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        var known = new Dictionary<string, Tensor>(graph.Constants, StringComparer.Ordinal);
        var folded = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        long grown = 0;
        foreach (Node node in graph.Nodes)
        {
            if (!node.Inputs.All(input => input.Length == 0 || known.ContainsKey(input))) { continue; }
            string? reason = Fold(graph, node, known, ref grown);
            if (reason is null) { folded.Add(node); }
            notes.Add(new(Name, node.Name, reason is null, reason ?? $"{node.Operator} of constants computed"));
        }
        if (folded.Count == 0) { return new(graph, notes.ToImmutable()); }

        var builder = new GraphBuilder(graph.Name, graph.Opset);
        foreach (ValueInfo input in graph.Inputs) { builder.AddInput(input.Name, input.Fact); }
        foreach ((string name, Tensor tensor) in known) { builder.AddConstant(name, tensor); }
        foreach (Node node in graph.Nodes.Where(node => !folded.Contains(node))) { builder.Add(node); }
        foreach (ValueInfo output in graph.Outputs) { builder.AddOutput(output.Name); }
        return new(builder.Build(_operators), notes.ToImmutable());
    }

    // Null when it was folded, and then the results are in known.
    private string? Fold(Graph graph, Node node, Dictionary<string, Tensor> known, ref long grown)
    {
        if (KeepDequantizeLinear && node.Operator == "DequantizeLinear") { return "it holds quantized constants"; }
        if (KeepDequantizeLinear && NibbleForm.Unpacks(graph, node)) { return "it unpacks 4-bit codes"; }
        if (node.Outputs.Any(graph.IsOutput)) { return "it writes an output of the graph"; }
        if (node.Attributes.Any(attribute => attribute.Value is Graph)) { return "it holds a graph"; }
        try
        {
            IOperator op = _operators.Find(node, graph.Opset);
            ImmutableArray<Tensor?> inputs = [.. node.Inputs.Select(input => known.GetValueOrDefault(input))];
            ImmutableArray<TensorFact> facts = op.Infer(new(node, graph.Opset, [.. inputs.Select(input => input is null ? null : new TensorFact(input.Type, input.Shape))], inputs));
            facts = [.. facts.Take(node.Outputs.Length)];
            if (op is IValueOperator) { return "the shape of its result depends on data"; }
            if (!facts.All(fact => fact.IsStatic)) { return "the shape of its result is not known before the model runs"; }
            long bytes = facts.Sum(fact => (long)fact.ToShape().Length * fact.Type.SizeInBytes()), read = inputs.Sum(input => input?.Bytes.Length ?? 0L);
            if (bytes > read + LargestResult) { return $"its result has {bytes} bytes, {bytes - read} more than its inputs; at most {LargestResult} more are stored"; }
            if (bytes > read && grown + bytes - read > MostGrowth) { return $"folded constants have grown by {grown} bytes already; at most {MostGrowth} are stored"; }
            grown += Math.Max(0, bytes - read);
            ImmutableArray<Tensor> results = ConstantEvaluator.Evaluate(node, op, inputs, facts);
            for (int i = 0; i < results.Length; i++)
            {
                if (node.Outputs[i].Length > 0) { known[node.Outputs[i]] = results[i]; }
            }
            return null;
        }
        catch (QuantizationException problem)
        {
            return problem.Message;
        }
    }
}
