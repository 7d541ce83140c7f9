using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Mean and variance of a row of floats, by <see cref="Engine.Sum"/>: the variance is the mean of squared distances from the mean.</summary>
internal static class Moments
{
    /// <summary>Both; <paramref name="scratch"/> has the row's length.</summary>
    public static (float Mean, float Variance) Of(Engine engine, ReadOnlySpan<float> x, Span<float> scratch)
    {
        float mean = engine.Sum(x) / x.Length;
        for (int i = 0; i < x.Length; i++) { scratch[i] = (x[i] - mean) * (x[i] - mean); }
        return (mean, engine.Sum(scratch) / x.Length);
    }
}
