using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>Keeps the first row of each batch, which is enough to look at values without the memory of whole batches.</summary>
/// <remarks>
/// Source: PyTorch <c>torch.ao.ns._numeric_suite.ShadowLogger</c>, which keeps the first row of a batch of several rows and all of a batch of
/// one.
/// </remarks>
public sealed class ShadowLogger : IComparisonLogger
{
    private readonly Dictionary<string, List<LoggedPair>> _entries = new(StringComparer.Ordinal);

    /// <summary>The first rows of each site, one for each batch.</summary>
    public IReadOnlyDictionary<string, List<LoggedPair>> Entries => _entries;

    /// <inheritdoc/>
    public void Log(ComparedSite site, Tensor reference, Tensor quantized)
    {
        if (!_entries.TryGetValue(site.Name, out List<LoggedPair>? pairs)) { _entries[site.Name] = pairs = []; }
        pairs.Add(new(FirstRow(reference), FirstRow(quantized)));
    }

    private static Tensor FirstRow(Tensor tensor)
    {
        if (tensor.Shape.Rank == 0 || tensor.Shape[0] <= 1) { return tensor; }
        ImmutableArray<int> row = tensor.Shape.Sizes[1..];
        return Tensor.Create<float>(tensor.AsSpan<float>()[..(tensor.Length / tensor.Shape[0])], new Shape(row.AsSpan()));
    }
}
