using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What the QuantizeLinear nodes behind an operator write.</summary>
/// <param name="Names">The codes of each output of the operator.</param>
/// <param name="Aliases">Further names of the same codes, from further QuantizeLinear nodes.</param>
/// <param name="Map">The one map of all; null where the operator's float output is read.</param>
internal sealed record QuantizedOutputs(ImmutableArray<string> Names, ImmutableArray<(string Alias, string Output)> Aliases, QuantizationParameters? Map)
{
    /// <summary>Null unless every reader of every output is a QuantizeLinear with one and the same map: else a float value is needed as well.</summary>
    public static QuantizedOutputs? Of(Graph graph, Node node)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        var aliases = ImmutableArray.CreateBuilder<(string, string)>();
        QuantizationParameters? map = null;
        foreach (string output in node.Outputs)
        {
            ImmutableArray<Node> readers = output.Length == 0 ? [] : graph.Consumers(output);
            if (readers.IsEmpty || graph.IsOutput(output)) { return null; }
            foreach (Node reader in readers)
            {
                if (reader is not { Operator: QuantizationNodes.Quantize, Domain: "" } || reader.Inputs[0] != output || QuantizationNodes.Parameters(graph, reader) is not { } found || !found.Equals(map ??= found)) { return null; }
            }
            names.Add(readers[0].Output);
            aliases.AddRange(readers.Skip(1).Select(reader => (reader.Output, readers[0].Output)));
        }
        return new(names.ToImmutable(), aliases.ToImmutable(), map);
    }
}
