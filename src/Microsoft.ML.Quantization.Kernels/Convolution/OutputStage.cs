using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What becomes of an exact int32 accumulator.</summary>
public abstract record OutputStage;

/// <summary>
/// Codes: <c>code = rne(clamp(float32(acc) · Multipliers[c], Minimum − ZeroPoint, Maximum − ZeroPoint)) + ZeroPoint</c>. The clamp comes before
/// the conversion to integer, so no engine ever converts a value that does not fit.
/// </summary>
/// <param name="Multipliers">float32(float32(input scale · weight scale) / output scale) for each output channel.</param>
/// <param name="ZeroPoint">Code of real 0 in the output.</param>
/// <param name="Minimum">Smallest code written; above the type's own for a fused ReLU or clip.</param>
/// <param name="Maximum">Largest code written.</param>
/// <param name="Signed">Whether the codes are int8 rather than uint8.</param>
public sealed record QuantizedOutput(ImmutableArray<float> Multipliers, int ZeroPoint, int Minimum, int Maximum, bool Signed) : OutputStage;

/// <summary>Floats: <c>y = clamp(float32(acc) · Scales[c], Minimum, Maximum)</c>.</summary>
/// <param name="Scales">float32(input scale · weight scale) for each output channel.</param>
/// <param name="Minimum">Lower end of a fused clip; negative infinity for none.</param>
/// <param name="Maximum">Upper end of a fused clip; positive infinity for none.</param>
public sealed record FloatOutput(ImmutableArray<float> Scales, float Minimum = float.NegativeInfinity, float Maximum = float.PositiveInfinity) : OutputStage;
