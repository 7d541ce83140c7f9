using System.Collections.Immutable;
using System.Numerics;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization;

/// <summary>
/// What a <see cref="QuantizedTensor"/> knows about its codes: scheme, scales, zero points and axis. Scales are doubles, as PyTorch keeps them;
/// <see cref="QuantizationParameters"/>, which graphs and kernels use, has them as float32.
/// </summary>
/// <remarks>Immutable; tensors and their views share one. Source: PyTorch <c>c10::Quantizer</c> and <c>ATen/quantized/Quantizer.h</c>.</remarks>
public sealed class TensorQuantizer : IEquatable<TensorQuantizer>
{
    private TensorQuantizer(QuantizationParameters narrowed, QScheme scheme, ImmutableArray<double> scales) =>
        (Narrowed, Scheme, Scales) = (narrowed, scheme, scales);

    /// <summary>How codes map to reals.</summary>
    public QScheme Scheme { get; }

    /// <summary>The quantized element type of the codes.</summary>
    public ElementType Type => Narrowed.Type;

    /// <summary>One scale, or one for each channel.</summary>
    public ImmutableArray<double> Scales { get; }

    /// <summary>One zero point, or one for each channel.</summary>
    /// <exception cref="QuantizationException">The zero points are reals; see <see cref="FloatZeroPoints"/>.</exception>
    public ImmutableArray<int> ZeroPoints => Narrowed.ZeroPoints;

    /// <summary>One real-valued zero point for each channel; empty for the other schemes.</summary>
    public ImmutableArray<float> FloatZeroPoints => Narrowed.FloatZeroPoints;

    /// <summary>The axis of the channels; null when one pair serves the whole tensor.</summary>
    public int? Axis => Narrowed.Axis;

    /// <summary>All codes of the type.</summary>
    public QuantizedRange Range => Narrowed.Range;

    /// <summary>The same parameters with float32 scales, as graphs and kernels use them.</summary>
    public QuantizationParameters Narrowed { get; }

    /// <summary>One scale and zero point for the whole tensor.</summary>
    /// <exception cref="QuantizationException">The scale is not finite and above 0 as a float32, the zero point is not a code, or the type is not quantized.</exception>
    public static TensorQuantizer PerTensor(double scale, int zeroPoint, ElementType type, bool symmetric = false) =>
        new(new((float)scale, zeroPoint, type), symmetric ? QScheme.PerTensorSymmetric : QScheme.PerTensorAffine, [scale]);

    /// <summary>A scale and a zero point for each index of <paramref name="axis"/>, counted from the front.</summary>
    /// <exception cref="QuantizationException">A scale or zero point is out of bounds, the counts differ, or the type is not quantized.</exception>
    public static TensorQuantizer PerChannel(ReadOnlySpan<double> scales, ReadOnlySpan<int> zeroPoints, int axis, ElementType type, bool symmetric = false) =>
        new(new(Narrow(scales), [.. zeroPoints], axis, type), symmetric ? QScheme.PerChannelSymmetric : QScheme.PerChannelAffine, [.. scales]);

    /// <summary>A scale and a real-valued zero point for each index of <paramref name="axis"/>, as embeddings use. Scales are float32 here.</summary>
    /// <exception cref="QuantizationException">A scale or zero point is not finite, the counts differ, or the type is not quantized.</exception>
    public static TensorQuantizer PerChannelFloat(ReadOnlySpan<float> scales, ReadOnlySpan<float> zeroPoints, int axis, ElementType type) =>
        new(QuantizationParameters.WithFloatZeroPoints([.. scales], [.. zeroPoints], axis, type), QScheme.PerChannelAffineFloatQParams, Widen(scales));

    /// <summary>The parameters of a graph's value. A narrowed range is not kept: a quantized tensor may hold every code of its type.</summary>
    public static TensorQuantizer Of(QuantizationParameters parameters)
    {
        ReadOnlySpan<float> scales = parameters.Scales.AsSpan();
        return parameters.Axis is not { } axis ? PerTensor(scales[0], parameters.ZeroPoint, parameters.Type)
            : parameters.HasFloatZeroPoints ? PerChannelFloat(scales, parameters.FloatZeroPoints.AsSpan(), axis, parameters.Type)
            : PerChannel(Widen(scales).AsSpan(), parameters.ZeroPoints.AsSpan(), axis, parameters.Type);
    }

    /// <summary>The codes of row-major reals, with PyTorch's rounding.</summary>
    internal void Quantize<T>(ReadOnlySpan<float> values, Shape shape, Span<T> codes) where T : unmanaged, IBinaryInteger<T> =>
        Quantizer.Quantize(values, shape, codes, Narrowed, Rounding.Reciprocal);

    /// <summary>The reals of row-major codes: per channel with the double scales, otherwise in float32.</summary>
    internal void Dequantize<T>(ReadOnlySpan<T> codes, Shape shape, Span<float> values) where T : unmanaged, IBinaryInteger<T>
    {
        if (Axis is { } axis && !Narrowed.HasFloatZeroPoints) { Dequantizer.Dequantize(codes, shape, values, axis, Scales.AsSpan(), ZeroPoints.AsSpan()); }
        else { Dequantizer.Dequantize(codes, shape, values, Narrowed); }
    }

    /// <inheritdoc/>
    public bool Equals(TensorQuantizer? other) =>
        other is not null && Scheme == other.Scheme && Narrowed.Equals(other.Narrowed) && Scales.AsSpan().SequenceEqual(other.Scales.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TensorQuantizer);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Scheme, Narrowed);

    /// <summary>As <c>per_tensor_affine quint8 scale=0.1 zeroPoint=3 range=0..255</c>.</summary>
    public override string ToString() => $"{Scheme.Name()} {Narrowed}";

    private static ImmutableArray<float> Narrow(ReadOnlySpan<double> scales)
    {
        var narrowed = new float[scales.Length];
        for (int i = 0; i < scales.Length; i++) { narrowed[i] = (float)scales[i]; }
        return ImmutableArray.Create(narrowed);
    }

    private static ImmutableArray<double> Widen(ReadOnlySpan<float> scales)
    {
        var widened = new double[scales.Length];
        for (int i = 0; i < scales.Length; i++) { widened[i] = scales[i]; }
        return ImmutableArray.Create(widened);
    }
}
