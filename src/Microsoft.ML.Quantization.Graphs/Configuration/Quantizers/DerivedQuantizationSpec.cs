using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Quantization by parameters that are computed from those of other points (PyTorch's <c>DerivedQuantizationSpec</c>). Two are equal when they name
/// the same points and the same function.
/// </summary>
/// <param name="DerivedFrom">The points; each must be annotated with an observer, fixed parameters or shared ones.</param>
/// <param name="DeriveQParams">Their parameters, in order, to those of this point. A function, so such a specification has no JSON form.</param>
/// <param name="DType">Type of the codes.</param>
public sealed record DerivedQuantizationSpec(ImmutableArray<QuantizationPoint> DerivedFrom, Func<ImmutableArray<QuantizationParameters>, QuantizationParameters> DeriveQParams, ElementType DType) : QuantizationSpecBase
{
    /// <summary>
    /// A bias in units of its operator's sums: int32, <c>scale = input scale · weight scale</c>, one for each channel where the weights have that, zero point 0.
    /// </summary>
    /// <param name="input">The operator's view of its input.</param>
    /// <param name="weight">The operator's view of its weights.</param>
    public static DerivedQuantizationSpec Bias(QuantizationPoint input, QuantizationPoint weight) => new([input, weight], BiasParameters, ElementType.QInt32);

    /// <inheritdoc/>
    public bool Equals(DerivedQuantizationSpec? other) => other is not null && DType == other.DType && DeriveQParams == other.DeriveQParams && DerivedFrom.AsSpan().SequenceEqual(other.DerivedFrom.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(DType, DerivedFrom.Length, DeriveQParams);

    /// <summary>As <c>qint32 from x → conv, w → conv</c>.</summary>
    public override string ToString() => $"{DType.Name()} from {string.Join(", ", DerivedFrom)}";

    private static QuantizationParameters BiasParameters(ImmutableArray<QuantizationParameters> from)
    {
        ImmutableArray<float> scales = [.. from[1].Scales.Select(weight => BiasQuantizer.Scale(from[0].Scale, weight))];
        return new(scales, [.. scales.Select(_ => 0)], from[1].IsPerChannel ? 0 : null, ElementType.QInt32);
    }
}
