using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Numerics;

/// <summary>
/// The affine map between reals and the codes of one tensor: <c>real = scale × (code − zeroPoint)</c>, one pair for the whole tensor
/// or one for each index of <see cref="Axis"/>.
/// </summary>
/// <remarks>
/// A real inside the representable interval comes back within half a scale; a real outside saturates.
/// Source: PyTorch documentation, "Quantized Tensor".
/// </remarks>
public sealed class QuantizationParameters : IEquatable<QuantizationParameters>
{
    private readonly ImmutableArray<int> _zeroPoints;

    /// <summary>Parameters for a whole tensor.</summary>
    /// <param name="scale">Real units per step; finite and above zero.</param>
    /// <param name="zeroPoint">The code of real 0; must lie in the range.</param>
    /// <param name="type">A quantized element type.</param>
    /// <param name="range">The codes in use; all codes of the type when left out.</param>
    /// <exception cref="QuantizationException">Scale, zero point or type is out of bounds.</exception>
    public QuantizationParameters(float scale, int zeroPoint, ElementType type, QuantizedRange? range = null) : this([scale], [zeroPoint], null, type, range)
    {
    }

    /// <summary>Parameters for each index of <paramref name="axis"/>; with a null axis, one pair for the whole tensor.</summary>
    /// <exception cref="QuantizationException">A scale or a zero point is out of bounds, the counts differ, or the type is not quantized.</exception>
    public QuantizationParameters(ImmutableArray<float> scales, ImmutableArray<int> zeroPoints, int? axis, ElementType type, QuantizedRange? range = null)
    {
        if (!type.IsQuantized()) { throw new QuantizationException($"Quantization parameters need a quantized element type; found {type.Name()}."); }
        Range = CheckedRange(type, range);
        if (scales.Length != zeroPoints.Length) { throw new QuantizationException($"Found {scales.Length} scales and {zeroPoints.Length} zero points; expected as many of each."); }
        if (axis is null && scales.Length != 1) { throw new QuantizationException($"Found {scales.Length} scales without an axis; expected one."); }
        CheckScales(scales);
        foreach (int zeroPoint in zeroPoints)
        {
            if (!Range.Contains(zeroPoint)) { throw new QuantizationException($"A zero point is {zeroPoint}; expected a code in {Range}, so that real 0 has an exact code."); }
        }
        (Scales, _zeroPoints, FloatZeroPoints, Axis, Type) = (scales, zeroPoints, [], axis, type);
    }

    private QuantizationParameters(ImmutableArray<float> scales, ImmutableArray<float> floatZeroPoints, int axis, ElementType type, QuantizedRange? range)
    {
        if (!type.IsQuantized()) { throw new QuantizationException($"Quantization parameters need a quantized element type; found {type.Name()}."); }
        Range = CheckedRange(type, range);
        if (scales.Length != floatZeroPoints.Length) { throw new QuantizationException($"Found {scales.Length} scales and {floatZeroPoints.Length} zero points; expected as many of each."); }
        CheckScales(scales);
        foreach (float zeroPoint in floatZeroPoints)
        {
            if (!float.IsFinite(zeroPoint)) { throw new QuantizationException($"A real-valued zero point is {zeroPoint}; expected a finite number. Check the observed range."); }
        }
        (Scales, _zeroPoints, FloatZeroPoints, Axis, Type) = (scales, [], floatZeroPoints, axis, type);
    }

    /// <summary>
    /// Parameters whose zero points are reals, as embeddings use (<see cref="QScheme.PerChannelAffineFloatQParams"/>):
    /// <c>code = round(real / scale + zeroPoint)</c>.
    /// </summary>
    /// <exception cref="QuantizationException">A scale or a zero point is not finite, the counts differ, or the type is not quantized.</exception>
    public static QuantizationParameters WithFloatZeroPoints(
        ImmutableArray<float> scales, ImmutableArray<float> zeroPoints, int axis, ElementType type, QuantizedRange? range = null) => new(scales, zeroPoints, axis, type, range);

    /// <summary>One scale, or one for each channel.</summary>
    public ImmutableArray<float> Scales { get; }

    /// <summary>One zero point, or one for each channel.</summary>
    /// <exception cref="QuantizationException">The zero points are reals; see <see cref="FloatZeroPoints"/>.</exception>
    public ImmutableArray<int> ZeroPoints => HasFloatZeroPoints
        ? throw new QuantizationException($"These parameters have real-valued zero points; read {nameof(FloatZeroPoints)} (scheme {QScheme.PerChannelAffineFloatQParams.Name()}).")
        : _zeroPoints;

    /// <summary>One real-valued zero point for each channel; empty unless <see cref="HasFloatZeroPoints"/>.</summary>
    public ImmutableArray<float> FloatZeroPoints { get; }

    /// <summary>True when the zero points are reals, as embeddings use.</summary>
    public bool HasFloatZeroPoints => FloatZeroPoints.Length > 0;

    /// <summary>The axis of the channels; null when one pair serves the whole tensor.</summary>
    public int? Axis { get; }

    /// <summary>The quantized element type of the codes.</summary>
    public ElementType Type { get; }

    /// <summary>The codes in use.</summary>
    public QuantizedRange Range { get; }

    /// <summary>The scale of a per-tensor map (the first channel's otherwise).</summary>
    public float Scale => Scales[0];

    /// <summary>The zero point of a per-tensor map (the first channel's otherwise).</summary>
    public int ZeroPoint => ZeroPoints[0];

    /// <summary>True when each index of <see cref="Axis"/> has its own pair.</summary>
    public bool IsPerChannel => Axis is not null;

    /// <summary>All codes of a quantized element type.</summary>
    public static QuantizedRange RangeOf(ElementType type) => type switch
    {
        ElementType.QUInt8 => QuantizedRange.UInt8,
        ElementType.QInt8 => QuantizedRange.Int8,
        ElementType.QInt32 => new(int.MinValue, int.MaxValue),
        ElementType.QUInt4x2 => new(0, 15),
        _ => throw new QuantizationException($"{type.Name()} is not a quantized element type."),
    };

    private static QuantizedRange CheckedRange(ElementType type, QuantizedRange? range)
    {
        QuantizedRange all = RangeOf(type), used = range ?? all;
        return used.Minimum < used.Maximum && all.Contains(used.Minimum) && all.Contains(used.Maximum)
            ? used
            : throw new QuantizationException($"Found the range {used} for {type.Name()}; expected at least two codes in {all}.");
    }

    private static void CheckScales(ImmutableArray<float> scales)
    {
        foreach (float scale in scales)
        {
            if (!float.IsFinite(scale) || scale <= 0f) { throw new QuantizationException($"A scale is {scale}; expected a finite number above 0. Check the observed range."); }
        }
    }

    /// <inheritdoc/>
    public bool Equals(QuantizationParameters? other) => other is not null && Type == other.Type && Range == other.Range && Axis == other.Axis
        && Scales.AsSpan().SequenceEqual(other.Scales.AsSpan()) && _zeroPoints.AsSpan().SequenceEqual(other._zeroPoints.AsSpan())
        && FloatZeroPoints.AsSpan().SequenceEqual(other.FloatZeroPoints.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as QuantizationParameters);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Range, Axis, Scales.Length, Scales.FirstOrDefault(), _zeroPoints.FirstOrDefault(), FloatZeroPoints.FirstOrDefault());

    /// <summary>As <c>quint8 scale=0.1 zeroPoint=3 range=0..255</c>.</summary>
    public override string ToString() => IsPerChannel
        ? $"{Type.Name()} {Scales.Length} channels on axis {Axis} range={Range}"
        : $"{Type.Name()} scale={Scale:R} zeroPoint={ZeroPoint} range={Range}";
}
