namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>
/// How alike two tensors are, x the reference and y the approximation, as sums that add up over batches.
/// <code>
/// SQNR          = 20 · log₁₀(‖x‖ / ‖x − y‖)        in dB
/// normalized L2 = √(Σ (x − y)² / Σ x²)
/// cosine        = Σ x·y / (‖x‖ · ‖y‖)
/// </code>
/// </summary>
/// <param name="Signal">Σ x².</param>
/// <param name="Noise">Σ (x − y)².</param>
/// <param name="Product">Σ x·y.</param>
/// <param name="Other">Σ y².</param>
/// <param name="LargestError">max |x − y|.</param>
/// <param name="Count">Number of elements.</param>
/// <remarks>Source: PyTorch <c>torch.ao.ns.fx.utils</c>: <c>compute_sqnr</c>, <c>compute_normalized_l2_error</c>, <c>compute_cosine_similarity</c>.</remarks>
public readonly record struct Similarity(double Signal, double Noise, double Product, double Other, double LargestError, long Count)
{
    // The smallest norm that torch.cosine_similarity divides by.
    private const double SmallestNorm = 1e-8;

    /// <summary>Signal to quantization noise in dB; +∞ for equal tensors. Around 20 dB an error is one tenth of the signal, at 40 dB one hundredth.</summary>
    public double Sqnr => Decibel.Ratio(Signal, Noise);

    /// <summary>The norm of the error relative to that of the reference; 0 for equal tensors.</summary>
    public double NormalizedL2 => Noise == 0 ? 0 : Math.Sqrt(Noise / Signal);

    /// <summary>The cosine of the angle between the tensors; 1 for the same direction.</summary>
    public double Cosine => Product / (Math.Max(Math.Sqrt(Signal), SmallestNorm) * Math.Max(Math.Sqrt(Other), SmallestNorm));

    /// <summary>The sums of one pair of tensors.</summary>
    /// <exception cref="QuantizationException">The lengths differ.</exception>
    public static Similarity Of(ReadOnlySpan<float> reference, ReadOnlySpan<float> approximation)
    {
        if (reference.Length != approximation.Length)
        {
            throw new QuantizationException($"Found {reference.Length} reference values and {approximation.Length} to compare with them; expected the same number. Compare tensors of one shape.");
        }
        (double signal, double noise, double product, double other, double largest) = (0, 0, 0, 0, 0);
        for (int i = 0; i < reference.Length; i++)
        {
            double x = reference[i], y = approximation[i], error = x - y;
            signal += x * x;
            noise += error * error;
            product += x * y;
            other += y * y;
            largest = Math.Max(largest, Math.Abs(error));
        }
        return new(signal, noise, product, other, largest, reference.Length);
    }

    /// <summary>The sums over both, as if the tensors were one.</summary>
    public static Similarity operator +(Similarity left, Similarity right) => new(left.Signal + right.Signal, left.Noise + right.Noise,
        left.Product + right.Product, left.Other + right.Other, Math.Max(left.LargestError, right.LargestError), left.Count + right.Count);

    /// <summary>The sums over both, as if the tensors were one.</summary>
    public static Similarity Add(Similarity left, Similarity right) => left + right;
}
