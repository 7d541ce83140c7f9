namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Proves from the actual weights that no input can overflow the 32-bit accumulator. Only the final value must fit: engines add modulo
/// 2³², so partial sums may wrap.
/// </summary>
public static class Int8Accumulator
{
    /// <summary>Whether every accumulator of <paramref name="spec"/> fits 32 bits whatever the input codes are.</summary>
    /// <param name="spec">The convolution.</param>
    /// <param name="reason">The channel that does not fit and what to do about it; empty when all fit.</param>
    public static bool Fits(Int8ConvolutionSpec spec, out string reason)
    {
        for (int channel = 0; channel < spec.OutputChannels; channel++)
        {
            (long smallest, long largest) = Bounds(spec, channel);
            if (largest > int.MaxValue || smallest < int.MinValue)
            {
                long bias = spec.Bias.IsEmpty ? 0 : spec.Bias.Span[channel];
                reason = $"Output channel {channel} can reach {(largest > int.MaxValue ? largest : smallest)}, which does not fit the 32-bit accumulator (bias {bias}, {spec.Weights.Length / spec.OutputChannels} weights). Keep this node in float, or raise the channel's weight scale.";
                return false;
            }
        }
        reason = "";
        return true;
    }

    /// <summary>The smallest and the largest sum of one output channel over all inputs.</summary>
    internal static (long Smallest, long Largest) Bounds(Int8ConvolutionSpec spec, int channel)
    {
        // The furthest codes below and above the zero point. A tap outside the image contributes 0, which lies between.
        long below = (spec.InputSigned ? -128 : 0) - spec.InputZeroPoint;
        long above = below + 255;
        int depth = spec.Weights.Length / spec.OutputChannels;
        long positive = 0, negative = 0;
        foreach (sbyte weight in spec.Weights.Span.Slice(channel * depth, depth))
        {
            if (weight > 0) { positive += weight; } else { negative += weight; }
        }
        long bias = spec.Bias.IsEmpty ? 0 : spec.Bias.Span[channel];
        return (positive * below + negative * above + bias, positive * above + negative * below + bias);
    }
}
