using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Numerics;

/// <summary>Weight scales under which every bias fits, and where they differ from the scales that the weights alone would have.</summary>
/// <param name="Scales">One scale for each channel, or one for the whole tensor.</param>
/// <param name="Raised">Indices into <paramref name="Scales"/> of those that were raised, ascending; their weights must be quantized again.</param>
public sealed record RaisedWeightScales(ImmutableArray<float> Scales, ImmutableArray<int> Raised);
