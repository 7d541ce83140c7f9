namespace Microsoft.ML.Transforms;

/// <param name="MeanVariance">By mean and variance; else by the smallest and the largest value.</param>
/// <param name="FixZero">Zero stays zero, so that sparse vectors stay sparse.</param>
/// <param name="UseCdf">Values become their place in a normal distribution.</param>
/// <param name="MaximumExamples">How many rows are looked at.</param>
internal sealed record NormalizerOptions(bool MeanVariance, bool FixZero, bool UseCdf, long MaximumExamples);
