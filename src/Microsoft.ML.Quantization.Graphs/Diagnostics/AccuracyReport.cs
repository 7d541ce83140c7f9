using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>
/// Why a quantized model lost accuracy: the error that each node adds by itself, what has added up to it, and whether its range, its weights
/// or its float form explain it.
/// </summary>
/// <param name="Rows">The nodes, the one that adds most error first.</param>
/// <param name="OutputSqnr">Signal to noise of each output of the graph in dB, by name.</param>
public sealed record AccuracyReport(ImmutableArray<AccuracyRow> Rows, ImmutableSortedDictionary<string, double> OutputSqnr)
{
    /// <summary>Compares a float graph with the quantized graph made from it.</summary>
    /// <param name="model">The float graph.</param>
    /// <param name="quantized">The graph made from it.</param>
    /// <param name="batches">Representative data, one tensor for each input of the graph. Read once.</param>
    /// <param name="options">How the graphs are run.</param>
    /// <exception cref="QuantizationException">The graphs have no node in common, there is no batch, or one does not fit.</exception>
    public static AccuracyReport Explain(Graph model, Graph quantized, IEnumerable<ImmutableArray<Tensor>> batches, ExecutionOptions? options = null) =>
        AccuracyAnalysis.Run(model, quantized, batches, options ?? new());

    /// <summary>The rows as a table, worst first, and the outputs.</summary>
    public string ToTable()
    {
        var table = new TextTable("name", "operator", "own SQNR dB", "SQNR dB", "weights dB", "clipped", "seen", "representable");
        foreach (AccuracyRow row in Rows)
        {
            table.Add(row.Site.Name, row.Site.Operator, Text(row.OwnSqnr), Text(row.Sqnr), Text(row.WeightSqnr), row.Representable is null ? "-" : TextTable.Share(row.ClippedShare),
                Text(row.Seen), row.Representable is { } range ? Text(range) : "-");
        }
        return table + string.Concat(OutputSqnr.Select(output => $"output {output.Key}: {TextTable.Number(output.Value)} dB\n"));

        static string Text(object? value) => value switch
        {
            null => "-",
            double number => TextTable.Number(number),
            SeenRange range => $"{TextTable.Short(range.Minimum)} .. {TextTable.Short(range.Maximum)}",
            _ => value.ToString()!,
        };
    }
}

/// <summary>One node of an <see cref="AccuracyReport"/>.</summary>
/// <param name="Site">The node, or an input of the graph.</param>
/// <param name="OwnSqnr">Signal to noise of what the node adds by itself, in dB; null for a node that reads no codes.</param>
/// <param name="Sqnr">Signal to noise of its value with all errors before it, in dB.</param>
/// <param name="WeightSqnr">Signal to noise of its weights in dB; null without quantized weights.</param>
/// <param name="Seen">Range of its value in the float graph.</param>
/// <param name="Representable">Range that its codes can represent; null where it holds reals.</param>
/// <param name="ClippedShare">Share of its float values that lie outside that range by more than half a step.</param>
public sealed record AccuracyRow(ComparedSite Site, double? OwnSqnr, double Sqnr, double? WeightSqnr, SeenRange Seen, SeenRange? Representable, double ClippedShare);

/// <summary>An interval of reals.</summary>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
public readonly record struct SeenRange(float Minimum, float Maximum);
