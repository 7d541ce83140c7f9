using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>What was compared.</summary>
public enum ComparisonKind
{
    /// <summary>Float weights with dequantized ones.</summary>
    Weights,

    /// <summary>Values of two separate runs: errors of all nodes before are included.</summary>
    Outputs,

    /// <summary>Values of a quantized operator and of its float twin on the same inputs: the operator's own error.</summary>
    Shadows,
}

/// <summary>Two models compared site by site.</summary>
/// <param name="Kind">What was compared.</param>
/// <param name="Rows">The sites, in the order of the graph.</param>
public sealed record Comparison(ComparisonKind Kind, ImmutableArray<ComparedValue> Rows)
{
    /// <summary>The row of a node.</summary>
    /// <exception cref="QuantizationException">There is none.</exception>
    public ComparedValue this[string name] => Rows.FirstOrDefault(row => row.Site.Name == name)
        ?? throw new QuantizationException($"'{name}' was not compared; expected one of {string.Join(", ", Rows.Select(row => row.Site.Name))}.");

    /// <summary>The rows, worst first.</summary>
    public ImmutableArray<ComparedValue> Ranked() => [.. Rows.OrderBy(row => row.Similarity.Sqnr)];

    /// <summary>The rows as a table.</summary>
    public string ToTable()
    {
        var table = new TextTable("name", "operator", "SQNR dB", "normalized L2", "cosine", "largest error");
        foreach (ComparedValue row in Rows)
        {
            table.Add(row.Site.Name, row.Site.Operator, TextTable.Number(row.Similarity.Sqnr), TextTable.Number(row.Similarity.NormalizedL2, 5), TextTable.Number(row.Similarity.Cosine, 5), TextTable.Short(row.Similarity.LargestError));
        }
        return table.ToString();
    }

    /// <inheritdoc/>
    public bool Equals(Comparison? other) => other is not null && Kind == other.Kind && Rows.AsSpan().SequenceEqual(other.Rows.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Rows.Length);
}

/// <summary>One site of a comparison.</summary>
/// <param name="Site">The place.</param>
/// <param name="Similarity">How alike the values are, over all batches.</param>
public sealed record ComparedValue(ComparedSite Site, Similarity Similarity);
