using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Numerics;

/// <summary>From a range of reals to a scale and a zero point. The formulas of observers; dynamic quantization uses <see cref="DynamicParameters"/>.</summary>
/// <remarks>
/// All arithmetic is float32, as in the source, so that results agree bit for bit. Source: torch.ao.quantization.observer,
/// <c>UniformQuantizationObserverBase._calculate_qparams</c>.
/// </remarks>
public static class ParameterChooser
{
    /// <summary>Smallest scale proposed unless stated otherwise: 2⁻²³, so that an all-zero tensor still has a valid map.</summary>
    public const float DefaultEps = 1.1920929e-07f;

    /// <summary>The whole range of reals, widened to hold 0, spread over the codes. An infinite scale is possible; <see cref="QuantizationParameters"/> refuses it.</summary>
    public static (float Scale, int ZeroPoint) Affine(float minimum, float maximum, QuantizedRange range, float eps = DefaultEps)
    {
        // Real 0 must have an exact code (padding, ReLU), so the range always holds it.
        (minimum, maximum) = (MathF.Min(minimum, 0f), MathF.Max(maximum, 0f));
        float scale = MathF.Max((maximum - minimum) / range.Steps, eps);
        return (scale, range.Clamp(range.Minimum - (long)MathF.Round(minimum / scale, MidpointRounding.ToEven)));
    }

    /// <summary>The larger side of the range of reals spread over half of the codes; the zero point is <see cref="Middle"/>.</summary>
    public static float SymmetricScale(float minimum, float maximum, QuantizedRange range, float eps = DefaultEps)
    {
        float bound = MathF.Max(-MathF.Min(minimum, 0f), MathF.Max(maximum, 0f));
        // 127.5 for −128..127: the source divides by half of the steps, not by the largest code.
        return MathF.Max(bound / (float)(range.Steps / 2.0), eps);
    }

    /// <summary>The raw range of reals spread over the codes, 0 not forced inside; the zero point is a real. Scales up to <paramref name="eps"/> become 1.</summary>
    public static (float Scale, float ZeroPoint) FloatAffine(float minimum, float maximum, QuantizedRange range, float eps = DefaultEps)
    {
        float scale = (maximum - minimum) / range.Steps;
        if (!(scale > eps)) { scale = 1f; }
        return (scale, -minimum / scale);
    }

    /// <summary>The zero point of symmetric schemes: 0 for signed codes; for <c>quint8</c> 128, or with a custom range its middle, rounded down.</summary>
    public static int Middle(ElementType type, QuantizedRange range, bool customRange) =>
        type != ElementType.QUInt8 ? 0 : customRange ? (range.Minimum + range.Maximum) >> 1 : 128;

    /// <summary>Parameters for a whole tensor.</summary>
    /// <param name="minimum">Smallest value seen.</param>
    /// <param name="maximum">Largest value seen.</param>
    /// <param name="scheme">A per-tensor scheme.</param>
    /// <param name="type">Element type of the codes.</param>
    /// <param name="range">Codes in use, from <see cref="RangeSelector"/>.</param>
    /// <param name="customRange">Whether the range was given by the user; it moves the middle of unsigned symmetric codes.</param>
    /// <param name="eps">Smallest scale proposed.</param>
    /// <exception cref="QuantizationException">The values are not a range, the scale would be infinite, or the scheme is per channel.</exception>
    public static QuantizationParameters PerTensor(
        float minimum, float maximum, QScheme scheme, ElementType type, QuantizedRange range, bool customRange = false, float eps = DefaultEps)
    {
        if (scheme.IsPerChannel()) { throw new QuantizationException($"Found the scheme {scheme.Name()} for a whole tensor; expected a per_tensor scheme."); }
        CheckRange(minimum, maximum);
        (float scale, int zeroPoint) = scheme.IsSymmetric()
            ? (SymmetricScale(minimum, maximum, range, eps), Middle(type, range, customRange))
            : Affine(minimum, maximum, range, eps);
        return new(scale, zeroPoint, type, range);
    }

    /// <summary>Parameters for each channel.</summary>
    /// <param name="minima">Smallest value of each channel.</param>
    /// <param name="maxima">Largest value of each channel.</param>
    /// <param name="axis">The channels' axis, 0 or more.</param>
    /// <param name="scheme">A per-channel scheme.</param>
    /// <param name="type">Element type of the codes.</param>
    /// <param name="range">Codes in use, from <see cref="RangeSelector"/>.</param>
    /// <param name="customRange">Whether the range was given by the user.</param>
    /// <param name="eps">Smallest scale proposed.</param>
    /// <exception cref="QuantizationException">A channel's values are not a range, its scale would be infinite, or the scheme is per tensor.</exception>
    public static QuantizationParameters PerChannel(
        ReadOnlySpan<float> minima, ReadOnlySpan<float> maxima, int axis, QScheme scheme, ElementType type, QuantizedRange range,
        bool customRange = false, float eps = DefaultEps)
    {
        if (!scheme.IsPerChannel()) { throw new QuantizationException($"Found the scheme {scheme.Name()} for channels; expected a per_channel scheme."); }
        if (minima.Length != maxima.Length) { throw new QuantizationException($"Found {minima.Length} minima and {maxima.Length} maxima; expected one of each for every channel."); }
        var scales = new float[minima.Length];
        var zeroPoints = new int[minima.Length];
        var realZeroPoints = new float[minima.Length];
        for (int c = 0; c < minima.Length; c++)
        {
            CheckRange(minima[c], maxima[c]);
            if (scheme == QScheme.PerChannelAffineFloatQParams) { (scales[c], realZeroPoints[c]) = FloatAffine(minima[c], maxima[c], range, eps); }
            else if (scheme.IsSymmetric()) { (scales[c], zeroPoints[c]) = (SymmetricScale(minima[c], maxima[c], range, eps), Middle(type, range, customRange)); }
            else { (scales[c], zeroPoints[c]) = Affine(minima[c], maxima[c], range, eps); }
        }
        return scheme == QScheme.PerChannelAffineFloatQParams
            ? QuantizationParameters.WithFloatZeroPoints([.. scales], [.. realZeroPoints], axis, type, range)
            : new(ImmutableArray.Create(scales), ImmutableArray.Create(zeroPoints), axis, type, range);
    }

    private static void CheckRange(float minimum, float maximum)
    {
        // Written so that NaN fails as well.
        if (!(minimum <= maximum)) { throw new QuantizationException($"The smallest value is {minimum} and the largest {maximum}; expected smallest <= largest. Look for NaN in the data."); }
        if (float.IsInfinity(minimum) || float.IsInfinity(maximum))
        {
            throw new QuantizationException($"The values range from {minimum} to {maximum}; expected a finite range. Find the operator that produces infinities, or use the Histogram observer, which leaves them out.");
        }
    }
}
