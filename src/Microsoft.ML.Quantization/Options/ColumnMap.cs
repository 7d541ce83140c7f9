using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>Reads which column belongs to which input or output of a network.</summary>
internal static class ColumnMap
{
    /// <summary>The column behind each input, in the network's order.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="only">The column of its only input, or null.</param>
    /// <param name="pairs">Pairs of a network's input (as the pair's output) and a column; empty for columns named as the inputs.</param>
    public static ImmutableArray<string> Inputs(Graph graph, string? only, IReadOnlyList<InputOutputColumnPair> pairs)
    {
        if (only is not null)
        {
            if (pairs.Count > 0) { throw Errors.NameAndMap(nameof(QuantizeObserveOptions.InputColumnName), nameof(QuantizeObserveOptions.Inputs)); }
            return graph.Inputs.Length == 1 ? [only] : throw Errors.SeveralValues("input", graph.Inputs.Select(input => input.Name));
        }
        foreach (InputOutputColumnPair pair in pairs) { IndexOf("input", graph.Inputs, pair.OutputColumnName); }
        return [.. graph.Inputs.Select(input => pairs.Count == 0 ? input.Name
            : pairs.FirstOrDefault(pair => pair.OutputColumnName == input.Name)?.InputColumnName ?? throw Errors.UnmappedInput(input.Name))];
    }

    /// <summary>The columns to append, with the network's outputs they hold.</summary>
    /// <param name="network">The network.</param>
    /// <param name="only">The column of its only output, or null.</param>
    /// <param name="pairs">Pairs of a column and a network's output (as the pair's input); empty for all outputs, in columns named as they are.</param>
    public static ImmutableArray<ScoreOutput> Outputs(RowNetwork network, string? only, IReadOnlyList<InputOutputColumnPair> pairs)
    {
        ImmutableArray<ValueInfo> outputs = network.Graph.Outputs;
        if (only is not null)
        {
            if (pairs.Count > 0) { throw Errors.NameAndMap(nameof(QuantizeObserveOptions.OutputColumnName), nameof(QuantizeObserveOptions.Outputs)); }
            return outputs.Length == 1 ? [new(only, 0, network.Output(0))] : throw Errors.SeveralValues("output", outputs.Select(output => output.Name));
        }
        return Distinct(pairs.Count == 0
            ? [.. outputs.Select((output, index) => new ScoreOutput(output.Name, index, network.Output(index)))]
            : [.. pairs.Select(pair => Output(network, pair))]);
    }

    /// <summary>One pair of a column and a network's output.</summary>
    public static ScoreOutput Output(RowNetwork network, InputOutputColumnPair pair)
    {
        int index = IndexOf("output", network.Graph.Outputs, pair.InputColumnName ?? pair.OutputColumnName);
        return new(pair.OutputColumnName, index, network.Output(index));
    }

    /// <summary>The same columns, checked to have different names.</summary>
    public static ImmutableArray<ScoreOutput> Distinct(ImmutableArray<ScoreOutput> outputs) =>
        outputs.GroupBy(output => output.Column, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice ? throw Errors.OutputTwice(twice.Key) : outputs;

    private static int IndexOf(string kind, ImmutableArray<ValueInfo> values, string name)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i].Name == name) { return i; }
        }
        throw Errors.UnknownValue(name, kind, values.Select(value => value.Name));
    }
}
