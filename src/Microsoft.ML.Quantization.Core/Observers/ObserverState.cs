using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>An observer's statistics as data: named arrays of doubles, with a format version.</summary>
/// <param name="Observer">Name of the observer in its list.</param>
/// <param name="Version">Format of <paramref name="Values"/>; newer code reads every older one.</param>
/// <param name="Count">Values seen.</param>
/// <param name="Values">The statistics by name, e.g. <c>min_val</c>, <c>max_val</c>, <c>histogram</c>.</param>
public sealed record ObserverState(string Observer, int Version, long Count, ImmutableSortedDictionary<string, ImmutableArray<double>> Values);
