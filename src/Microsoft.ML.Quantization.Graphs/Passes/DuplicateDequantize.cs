using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Gives each reader of dequantized numbers a DequantizeLinear of its own (PyTorch's <c>DuplicateDQPass</c>), so that each operator can be taken together with the ones
/// in front of it. An output of the graph keeps the one that writes it.
/// </summary>
/// <remarks>Codes whose ranges are found in each run (DynamicQuantizeLinear) are left alone.</remarks>
public sealed class DuplicateDequantize(OperatorList? operators = null) : IGraphPass
{
    /// <inheritdoc/>
    public string Name => nameof(DuplicateDequantize);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        var own = new Dictionary<(string Reader, string Value), string>();
        var builder = new GraphBuilder(graph);
        foreach (Node dequantize in graph.Nodes.Where(node => node.Operator == QuantizationNodes.Dequantize && graph.Producer(node.Inputs[0])?.Operator != "DynamicQuantizeLinear"))
        {
            Node[] others = [.. graph.Consumers(dequantize.Output).Skip(graph.IsOutput(dequantize.Output) ? 0 : 1)];
            foreach (Node reader in others)
            {
                string name = builder.Unique(dequantize.Name + "_of_" + reader.Name);
                own[(reader.Name, dequantize.Output)] = builder.Add(dequantize with { Name = name, Outputs = [name] }).Output;
            }
            if (others.Length > 0) { notes.Add(new(Name, dequantize.Name, true, $"{others.Length} more for {string.Join(", ", others.Select(reader => reader.ToString()))}")); }
        }
        foreach (Node node in graph.Nodes.Where(node => node.Inputs.Any(input => own.ContainsKey((node.Name, input)))))
        {
            builder.Replace(node, node with { Inputs = [.. node.Inputs.Select(input => own.GetValueOrDefault((node.Name, input), input))] });
        }
        return new(own.Count == 0 ? graph : builder.Build(operators), notes.ToImmutable());
    }
}
