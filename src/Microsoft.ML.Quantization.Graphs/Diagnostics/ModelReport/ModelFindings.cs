using System.Collections.Immutable;
using System.Text;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>What all detectors of a report found.</summary>
/// <param name="Sections">One for each detector, in its order.</param>
public sealed record ModelFindings(ImmutableArray<DetectorSection> Sections)
{
    // PyTorch's default observers; the activations' 0..127 is what it calls default.
    private static readonly ObserverSpec s_static = new() { Observer = "MinMax", QuantMin = 0, QuantMax = 127 };
    private static readonly ObserverSpec s_dynamic = new() { Observer = QConfigMapping.Placeholder };
    private static readonly ObserverSpec s_perTensor = new() { Observer = "MinMax", Type = ElementType.QInt8, Scheme = QScheme.PerTensorSymmetric };
    private static readonly ObserverSpec s_perChannel = new() { Observer = "PerChannelMinMax", Type = ElementType.QInt8, Scheme = QScheme.PerChannelSymmetric };

    /// <summary>The section of a detector.</summary>
    /// <exception cref="QuantizationException">There is none.</exception>
    public DetectorSection this[string detector] => Sections.FirstOrDefault(section => section.Detector == detector)
        ?? throw new QuantizationException($"The report has no section '{detector}'; expected one of {string.Join(", ", Sections.Select(section => section.Detector))}.");

    /// <summary>
    /// A configuration for each node that the detectors spoke about (PyTorch's <c>generate_qconfig_mapping</c>): weight scales for each channel and
    /// ranges at run time where they were recommended.
    /// </summary>
    public QConfigMapping ToQConfigMapping()
    {
        QConfigMapping mapping = QConfigMapping.Empty;
        foreach (IGrouping<string, DetectorFinding> node in Sections.SelectMany(section => section.Findings)
            .Where(finding => finding.PerChannelWeights is not null || finding.DynamicActivations is not null || finding.Equalize is not null).GroupBy(finding => finding.Node, StringComparer.Ordinal))
        {
            mapping = mapping.SetModuleName(node.Key, new(node.Any(finding => finding.DynamicActivations == true) ? s_dynamic : s_static, node.Any(finding => finding.PerChannelWeights == true) ? s_perChannel : s_perTensor));
        }
        return mapping;
    }

    /// <summary>The nodes that <see cref="InputWeightEqualization"/> should be given (PyTorch's <c>generate_equalization_mapping</c>).</summary>
    public ImmutableSortedSet<string> ToEqualizationNodes() =>
        [.. Sections.SelectMany(section => section.Findings).Where(finding => finding.Equalize == true).Select(finding => finding.Node)];

    /// <summary>What to do, section by section.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (DetectorSection section in Sections)
        {
            text.Append(section.Detector).Append('\n');
            string[] advice = [.. section.Findings.Select(finding => finding.Advice).OfType<string>()];
            foreach (string sentence in advice) { text.Append("  ").Append(sentence).Append('\n'); }
            if (advice.Length == 0) { text.Append("  nothing to improve\n"); }
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    public bool Equals(ModelFindings? other) => other is not null && Sections.AsSpan().SequenceEqual(other.Sections.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Sections.Length;
}
