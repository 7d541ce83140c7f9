namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>A model that can be loaded when its turn comes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Load">Reads or makes it.</param>
internal sealed record ModelEntry(string Name, Func<ModelSource> Load);
