namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Sums of codes, <c>y[i] = output.Code(a.Real(a[i]) + b.Real(b[i]))</c>, with the three maps settled for one engine. Immutable.</summary>
public abstract class BoundSum
{
    /// <summary>Computes as many sums as <paramref name="a"/> is long; <paramref name="y"/> may lie where either input does.</summary>
    /// <exception cref="QuantizationException">A span is too short.</exception>
    public abstract void Run(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> y);
}
