namespace Microsoft.ML.Quantization.Numerics;

/// <summary>Which codes of an element type are in use.</summary>
/// <remarks>Source: torch.ao.quantization.utils, <c>calculate_qmin_qmax</c> and <c>validate_qmin_qmax</c>.</remarks>
public static class RangeSelector
{
    /// <summary>The codes in use: a custom range when both ends are given, otherwise all codes of the type; half as many with <paramref name="reduceRange"/>.</summary>
    /// <param name="type">A quantized element type.</param>
    /// <param name="quantMin">Smallest code, given together with <paramref name="quantMax"/> or not at all.</param>
    /// <param name="quantMax">Largest code.</param>
    /// <param name="reduceRange">Halve both ends, rounding down; 4-bit and 32-bit ranges have no reduced form unless they are custom.</param>
    /// <exception cref="QuantizationException">The range is empty, lacks an end or code 0, or has codes that the type cannot hold.</exception>
    public static QuantizedRange Select(ElementType type, int? quantMin = null, int? quantMax = null, bool reduceRange = false)
    {
        QuantizedRange all = QuantizationParameters.RangeOf(type);
        if (quantMin is null && quantMax is null)
        {
            return reduceRange && (type is ElementType.QUInt8 or ElementType.QInt8) ? Halve(all) : all;
        }
        if (quantMin is not { } low || quantMax is not { } high)
        {
            throw new QuantizationException($"Found quant_min={Text(quantMin)} and quant_max={Text(quantMax)}; expected both ends of the range or neither.");
        }
        if (low >= high) { throw new QuantizationException($"Found quant_min={low} and quant_max={high}; expected quant_min below quant_max."); }
        if (low > 0 || high < 0) { throw new QuantizationException($"Found the range {low}..{high}; expected one that holds 0 (quant_min <= 0 <= quant_max), because a zero point may be 0."); }
        if (!all.Contains(low) || !all.Contains(high)) { throw new QuantizationException($"Found the range {low}..{high} for {type.Name()}; expected codes in {all}."); }
        return reduceRange ? Halve(new(low, high)) : new(low, high);
    }

    // An arithmetic shift rounds down, as Python's // does: −127 becomes −64.
    private static QuantizedRange Halve(QuantizedRange range) => new(range.Minimum >> 1, range.Maximum >> 1);

    private static string Text(int? end) => end?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing";
}
