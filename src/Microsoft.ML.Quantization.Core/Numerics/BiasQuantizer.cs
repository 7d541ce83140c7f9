namespace Microsoft.ML.Quantization.Numerics;

/// <summary>Biases as 32-bit codes at scale <c>sx · sw</c>, which is the scale of the accumulators they are added to.</summary>
public static class BiasQuantizer
{
    /// <summary>
    /// The largest bias code allowed, 2³⁰: it leaves as much again to the sum of products before a 32-bit accumulator overflows.
    /// </summary>
    public const int LargestCode = 1 << 30;

    private static readonly QuantizedRange s_int32 = QuantizationParameters.RangeOf(ElementType.QInt32);

    /// <summary>The scale of bias codes: <c>float32(inputScale · weightScale)</c>.</summary>
    public static float Scale(float inputScale, float weightScale) => inputScale * weightScale;

    /// <summary>The codes <c>round(bias / (sx · sw))</c>, saturating at 32 bits; see <see cref="RaiseWeightScales"/> to prevent that.</summary>
    /// <param name="bias">One real for each output channel.</param>
    /// <param name="inputScale">Scale of the activations, <c>sx</c>.</param>
    /// <param name="weightScales">One scale for each output channel, or one for all.</param>
    /// <param name="rounding">Multiply by the reciprocal (QNNPACK) or divide (ONNX).</param>
    /// <exception cref="QuantizationException">The counts differ.</exception>
    public static int[] Quantize(ReadOnlySpan<float> bias, float inputScale, ReadOnlySpan<float> weightScales, Rounding rounding)
    {
        CheckCounts(bias.Length, weightScales.Length);
        var codes = new int[bias.Length];
        for (int c = 0; c < codes.Length; c++) { codes[c] = Code(bias[c], inputScale, weightScales[weightScales.Length == 1 ? 0 : c], rounding); }
        return codes;
    }

    /// <summary>
    /// Raises each weight scale that is too small for its channel's bias, so that no bias code exceeds <see cref="LargestCode"/>. A channel of
    /// (nearly) zero weights has a tiny scale, and an ordinary bias divided by it overflows 32 bits; a larger scale costs such weights nothing
    /// that the bias does not dwarf.
    /// </summary>
    /// <param name="bias">One finite real for each output channel.</param>
    /// <param name="inputScale">Scale of the activations.</param>
    /// <param name="weightScales">One scale for each output channel, or one for all.</param>
    /// <exception cref="QuantizationException">A bias is not finite, the counts differ, or no finite scale is large enough.</exception>
    public static RaisedWeightScales RaiseWeightScales(ReadOnlySpan<float> bias, float inputScale, ReadOnlySpan<float> weightScales)
    {
        CheckCounts(bias.Length, weightScales.Length);
        float[] scales = weightScales.ToArray();
        var raised = new SortedSet<int>();
        for (int channel = 0; channel < bias.Length; channel++)
        {
            if (!float.IsFinite(bias[channel])) { throw new QuantizationException($"The bias of channel {channel} is {bias[channel]}; expected a finite number. Check the float model."); }
            int at = scales.Length == 1 ? 0 : channel;
            if (Fits(bias[channel], inputScale, scales[at])) { continue; }
            scales[at] = SmallestScale(bias[channel], inputScale);
            raised.Add(at);
            if (!float.IsFinite(scales[at]))
            {
                throw new QuantizationException($"The bias of channel {channel} is {bias[channel]} at input scale {inputScale}; no finite weight scale gives it a 32-bit code. Keep this operator in float.");
            }
        }
        return new([.. scales], [.. raised]);
    }

    // A product of scales may vanish in float32; no bias is still no bias.
    private static int Code(float bias, float inputScale, float weightScale, Rounding rounding) => bias == 0f ? 0 :
        new CodeMap(Scale(inputScale, weightScale), 0, s_int32, rounding).Code(bias);

    private static bool Fits(float bias, float inputScale, float weightScale) =>
        float.IsNormal(Scale(inputScale, weightScale)) ? Math.Abs((long)Code(bias, inputScale, weightScale, Rounding.Divide)) <= LargestCode : bias == 0f;

    // A little above the exact bound, so that no rounding on the way to the code exceeds it; and never so small that sx · sw is subnormal.
    private static float SmallestScale(float bias, float inputScale)
    {
        const double Margin = 1 + 1.0 / (1 << 20), SmallestNormal = 1.1754943508222875e-38;
        return (float)(Math.Max(Math.Abs((double)bias) / LargestCode, SmallestNormal) * Margin / inputScale);
    }

    private static void CheckCounts(int biases, int scales)
    {
        if (scales != 1 && scales != biases) { throw new QuantizationException($"Found {scales} weight scales for {biases} biases; expected one for each, or one for all."); }
    }
}
