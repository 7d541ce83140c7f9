namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>Keeps every tensor of every batch. Memory grows with the data: give it few batches.</summary>
/// <remarks>Source: PyTorch <c>torch.ao.ns._numeric_suite.OutputLogger</c>; <see cref="Entries"/> is <c>get_logger_dict</c>.</remarks>
public sealed class OutputLogger : IComparisonLogger
{
    private readonly Dictionary<string, List<LoggedPair>> _entries = new(StringComparer.Ordinal);

    /// <summary>The pairs of each site, one for each batch.</summary>
    public IReadOnlyDictionary<string, List<LoggedPair>> Entries => _entries;

    /// <inheritdoc/>
    public void Log(ComparedSite site, Tensor reference, Tensor quantized)
    {
        if (!_entries.TryGetValue(site.Name, out List<LoggedPair>? pairs)) { _entries[site.Name] = pairs = []; }
        pairs.Add(new(reference, quantized));
    }
}
