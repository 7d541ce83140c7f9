using System.Collections.Immutable;
using System.Globalization;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>What each configuration would do to each node of a network, from <see cref="NShadowsModel.ExtractResults"/>.</summary>
/// <param name="Rows">The nodes that have a shadow, in graph order.</param>
public sealed record NShadowsComparison(ImmutableArray<NShadowsRow> Rows)
{
    /// <summary>The row of a node.</summary>
    /// <exception cref="QuantizationException">The node has no shadow.</exception>
    public NShadowsRow this[string node] => Rows.FirstOrDefault(row => row.Node == node)
        ?? throw new QuantizationException($"'{node}' has no shadow; expected one of {string.Join(", ", Rows.Select(row => row.Node))}.");

    /// <summary>SQNR in dB, a column for each configuration (PyTorch's <c>print_comparisons_n_shadows_model</c>); <c>-</c> where a configuration cannot quantize the node.</summary>
    public string ToTable()
    {
        int count = Rows.IsEmpty ? 0 : Rows[0].Shadows.Length;
        var table = new TextTable(["node_name", "node_type", .. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))]);
        foreach (NShadowsRow row in Rows) { table.Add([row.Node, row.Operator, .. row.Shadows.Select(shadow => shadow.BatchSqnr.IsEmpty ? "-" : TextTable.Number(shadow.Total.Sqnr))]); }
        return table.ToString();
    }

    /// <inheritdoc/>
    public bool Equals(NShadowsComparison? other) => other is not null && Rows.AsSpan().SequenceEqual(other.Rows.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Rows.Length;
}

/// <summary>One node and its shadows.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Shadows">A result for each configuration, in their order.</param>
public sealed record NShadowsRow(string Node, string Operator, ImmutableArray<ShadowResult> Shadows)
{
    /// <summary>The configuration with the most signal for its noise; null when nothing was compared.</summary>
    public ShadowResult? Best => Shadows.Where(shadow => !shadow.BatchSqnr.IsEmpty).MaxBy(shadow => shadow.Total.Sqnr);
}

/// <summary>One node quantized by one configuration.</summary>
/// <param name="Index">Which of the configurations, from 0.</param>
/// <param name="Config">The configuration of the node; null when there is none.</param>
/// <param name="Reason">Why there is no shadow; null when there is one.</param>
/// <param name="Total">How alike float and quantized output are, over all batches.</param>
/// <param name="BatchSqnr">SQNR of each batch, in dB.</param>
/// <param name="Saved">The outputs themselves, where they were to be kept.</param>
public sealed record ShadowResult(int Index, QConfig? Config, string? Reason, Similarity Total, ImmutableArray<double> BatchSqnr, ImmutableArray<LoggedPair> Saved);
