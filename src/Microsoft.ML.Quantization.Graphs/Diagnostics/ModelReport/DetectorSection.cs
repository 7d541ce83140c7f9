using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>What one detector found.</summary>
/// <param name="Detector">Its name.</param>
/// <param name="Findings">One for each node it looked at, in the order of the graph.</param>
public sealed record DetectorSection(string Detector, ImmutableArray<DetectorFinding> Findings)
{
    /// <summary>The finding at a node.</summary>
    /// <exception cref="QuantizationException">It did not look at that node.</exception>
    public DetectorFinding this[string node] => Findings.FirstOrDefault(finding => finding.Node == node)
        ?? throw new QuantizationException($"{Detector} did not look at '{node}'; expected one of {string.Join(", ", Findings.Select(finding => finding.Node))}.");

    /// <summary>Facts of nodes as a table, one row for each node; those of channels as another, one row for each channel.</summary>
    /// <param name="feature">Part of the names of the facts to show; all when left out.</param>
    /// <remarks>Source: PyTorch <c>ModelReportVisualizer.generate_table_visualization</c>.</remarks>
    public string ToTable(string feature = "")
    {
        string[] ofNodes = [.. Findings.SelectMany(finding => finding.Features.Keys).Where(Chosen).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string[] ofChannels = [.. Findings.SelectMany(finding => finding.ChannelFeatures.Keys).Where(Chosen).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        TextTable nodes = new(["node", .. ofNodes]), channels = new(["node", "channel", .. ofChannels]);
        foreach (DetectorFinding finding in Findings)
        {
            nodes.Add([finding.Node, .. ofNodes.Select(name => finding.Features.GetValueOrDefault(name, "-"))]);
            int count = finding.ChannelFeatures.Where(entry => Chosen(entry.Key)).Select(entry => entry.Value.Length).DefaultIfEmpty().Max();
            for (int c = 0; c < count; c++)
            {
                channels.Add([finding.Node, ReportText.Number(c), .. ofChannels.Select(name => finding.ChannelFeatures.TryGetValue(name, out ImmutableArray<float> values) && c < values.Length ? TextTable.Short(values[c]) : "-")]);
            }
        }
        return (ofNodes.Length > 0 ? nodes.ToString() : "") + (ofNodes.Length > 0 && ofChannels.Length > 0 ? "\n" : "") + (ofChannels.Length > 0 ? channels.ToString() : "");

        bool Chosen(string name) => name.Contains(feature, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public bool Equals(DetectorSection? other) => other is not null && Detector == other.Detector && Findings.AsSpan().SequenceEqual(other.Findings.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Detector, Findings.Length);
}
