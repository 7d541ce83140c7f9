using System.Buffers;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>The gradients of fake-quantization with learned scales and zero points (LSQ).</summary>
/// <remarks>
/// <code>
/// z  = clamp(round(zeroPoint)),  q and y as in <see cref="FakeQuantizer"/>
/// dx = dy · [min ≤ q ≤ max]
/// ds = f · Σ dy · ( q &lt; min: min − z;  q &gt; max: max − z;  otherwise (y − x) / s )
/// dz = f · Σ dy · ( min ≤ q ≤ max: 0;  otherwise −s )
/// </code>
/// <para>Sums run over the tensor or over each channel. Terms and sums are float32 in the order of PyTorch's (<see cref="CascadeSum"/>): where positive
/// and negative terms cancel, the rounding errors are most of the result, and a learned scale is to take the same steps. One z serves both directions, per tensor and per channel: PyTorch's
/// per-tensor backward rounds it with <c>trunc(z + 0.5)</c>, which gives another zero point than its forward for negative fractions.</para>
/// <para>Source: S. Esser et al., "Learned Step Size Quantization", ICLR 2020; S. Jain et al., "Trained Quantization Thresholds", MLSys 2020;
/// PyTorch <c>_fake_quantize_learnable_per_tensor_affine_backward</c>.</para>
/// </remarks>
public static class LearnableGradients
{
    /// <summary>The parameters that learned reals stand for: each zero point rounded to even and clamped into the codes.</summary>
    /// <exception cref="QuantizationException">A scale is not a finite number above 0, a zero point is NaN, or the counts differ.</exception>
    public static QuantizationParameters Round(ReadOnlySpan<float> scales, ReadOnlySpan<float> zeroPoints, int? axis, ElementType type, QuantizedRange range)
    {
        int[] rounded = new int[zeroPoints.Length];
        for (int c = 0; c < rounded.Length; c++)
        {
            if (float.IsNaN(zeroPoints[c])) { throw new QuantizationException("A learned zero point is NaN; expected a number. The training diverged: lower the learning rate."); }
            rounded[c] = (int)Math.Clamp(Math.Round((double)zeroPoints[c], MidpointRounding.ToEven), range.Minimum, range.Maximum);
        }
        return new([.. scales], [.. rounded], axis, type, range);
    }

    /// <summary>The gradients of a loss with respect to values, scales and zero points.</summary>
    /// <param name="values">x, row-major in <paramref name="shape"/>.</param>
    /// <param name="shape">Axis sizes; only per-channel parameters look at them.</param>
    /// <param name="parameters">From <see cref="Round"/>.</param>
    /// <param name="gradient">dy; as long as <paramref name="values"/>.</param>
    /// <param name="factor">f.</param>
    /// <param name="valueGradient">Receives dx.</param>
    /// <param name="scaleGradient">Receives ds, one for each scale.</param>
    /// <param name="zeroPointGradient">Receives dz, one for each zero point.</param>
    /// <exception cref="QuantizationException">The lengths differ, or the channels do not fit the shape.</exception>
    public static void Backward(ReadOnlySpan<float> values, Shape shape, QuantizationParameters parameters, ReadOnlySpan<float> gradient, float factor,
        Span<float> valueGradient, Span<float> scaleGradient, Span<float> zeroPointGradient)
    {
        Quantizer.CheckLength(values.Length, gradient.Length);
        Quantizer.CheckLength(values.Length, valueGradient.Length);
        Quantizer.CheckLength(parameters.Scales.Length, scaleGradient.Length);
        Quantizer.CheckLength(parameters.Scales.Length, zeroPointGradient.Length);
        ChannelLayout layout = parameters.Axis is { } axis ? Quantizer.Layout(shape, axis, parameters.Scales.Length, values.Length) : new(1, 1, values.Length);
        float[] terms = ArrayPool<float>.Shared.Rent(2 * layout.Outer * layout.Inner);
        try
        {
            Span<float> ofScale = terms.AsSpan(0, layout.Outer * layout.Inner), ofZeroPoint = terms.AsSpan(layout.Outer * layout.Inner, layout.Outer * layout.Inner);
            for (int channel = 0; channel < layout.Channels; channel++)
            {
                float scale = parameters.Scales[channel], inverse = 1f / scale;
                int zeroPoint = parameters.ZeroPoints[channel];
                var map = new CodeMap(scale, zeroPoint, parameters.Range, Rounding.Reciprocal);
                int term = 0;
                for (int outer = 0; outer < layout.Outer; outer++)
                {
                    int from = (outer * layout.Channels + channel) * layout.Inner;
                    for (int i = from; i < from + layout.Inner; i++, term++)
                    {
                        float steps = map.Code(values[i], out bool inside) - zeroPoint;
                        valueGradient[i] = inside ? gradient[i] : 0f;
                        // y - x with one rounding, as PyTorch's compiler contracts it.
                        ofScale[term] = (inside ? gradient[i] * MathF.FusedMultiplyAdd(steps, scale, -values[i]) * inverse : gradient[i] * steps) * factor;
                        ofZeroPoint[term] = inside ? 0f : -gradient[i] * scale * factor;
                    }
                }
                (scaleGradient[channel], zeroPointGradient[channel]) = (Sum(ofScale, layout), Sum(ofZeroPoint, layout));
            }
        }
        finally { ArrayPool<float>.Shared.Return(terms); }
    }

    // PyTorch sums neighbours first, then row after row; a channel without neighbours is one row.
    private static float Sum(ReadOnlySpan<float> terms, ChannelLayout layout)
    {
        if (layout.Outer == 1 || layout.Inner == 1) { return CascadeSum.Of(terms); }
        float sum = 0f;
        for (int outer = 0; outer < layout.Outer; outer++) { sum += CascadeSum.Of(terms.Slice(outer * layout.Inner, layout.Inner)); }
        return sum;
    }
}
