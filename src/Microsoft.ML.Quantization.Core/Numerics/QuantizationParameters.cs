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
        Range = range ?? RangeOf(type);
        if (scales.Length != zeroPoints.Length) { throw new QuantizationException($"Found {scales.Length} scales and {zeroPoints.Length} zero points; expected as many of each."); }
        if (axis is null && scales.Length != 1) { throw new QuantizationException($"Found {scales.Length} scales without an axis; expected one."); }
        foreach (float scale in scales)
        {
            if (!float.IsFinite(scale) || scale <= 0f) { throw new QuantizationException($"A scale is {scale}; expected a finite number above 0. Check the observed range."); }
        }
        foreach (int zeroPoint in zeroPoints)
        {
            if (!Range.Contains(zeroPoint)) { throw new QuantizationException($"A zero point is {zeroPoint}; expected a code in {Range}, so that real 0 has an exact code."); }
        }
        (Scales, ZeroPoints, Axis, Type) = (scales, zeroPoints, axis, type);
    }

    /// <summary>One scale, or one for each channel.</summary>
    public ImmutableArray<float> Scales { get; }

    /// <summary>One zero point, or one for each channel.</summary>
    public ImmutableArray<int> ZeroPoints { get; }

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

    /// <inheritdoc/>
    public bool Equals(QuantizationParameters? other) => other is not null && Type == other.Type && Range == other.Range && Axis == other.Axis
        && Scales.AsSpan().SequenceEqual(other.Scales.AsSpan()) && ZeroPoints.AsSpan().SequenceEqual(other.ZeroPoints.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as QuantizationParameters);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Range, Axis, Scale, ZeroPoint, Scales.Length);

    /// <summary>As <c>quint8 scale=0.1 zeroPoint=3 range=0..255</c>.</summary>
    public override string ToString() => IsPerChannel
        ? $"{Type.Name()} {Scales.Length} channels on axis {Axis} range={Range}"
        : $"{Type.Name()} scale={Scale:R} zeroPoint={ZeroPoint} range={Range}";
}
