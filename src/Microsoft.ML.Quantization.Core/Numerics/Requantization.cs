using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Numerics;

/// <summary>
/// The output stage of integer operators: from a 32-bit accumulator at scale <c>sx · sw</c> to a code at scale <c>so</c>. This scalar form is the
/// definition; every engine's vectorised stage must return the same integers.
/// </summary>
/// <remarks>
/// The clamp comes before the rounding, in float: converting an overflowing float to an integer gives different codes on different processors.
/// Clamping to integers and then rounding gives the same code as rounding and then clamping. Source: gemmlowp, doc/quantization.md; QNNPACK's
/// float requantization.
/// </remarks>
public static class Requantization
{
    /// <summary><c>float32(float32(inputScale · weightScale) / outputScale)</c>.</summary>
    public static float Multiplier(float inputScale, float weightScale, float outputScale) => inputScale * weightScale / outputScale;

    /// <summary>A multiplier for each channel of the weights.</summary>
    public static float[] Multipliers(float inputScale, ReadOnlySpan<float> weightScales, float outputScale)
    {
        var multipliers = new float[weightScales.Length];
        for (int c = 0; c < multipliers.Length; c++) { multipliers[c] = Multiplier(inputScale, weightScales[c], outputScale); }
        return multipliers;
    }

    /// <summary><c>(int)round(clamp(float32(accumulator) · multiplier, low − zeroPoint, high − zeroPoint)) + zeroPoint</c>, ties to even.</summary>
    /// <param name="accumulator">Sum of products of codes less zero points, the bias included.</param>
    /// <param name="multiplier">From <see cref="Multiplier"/>; finite.</param>
    /// <param name="zeroPoint">The output's code of real 0.</param>
    /// <param name="low">Smallest output code; the zero point under a fused ReLU.</param>
    /// <param name="high">Largest output code.</param>
    public static int Output(int accumulator, float multiplier, int zeroPoint, int low, int high) => Code(accumulator * multiplier, zeroPoint, low, high);

    /// <summary><c>(int)round(clamp(steps, low − zeroPoint, high − zeroPoint)) + zeroPoint</c>, ties to even; NaN gives <paramref name="low"/>.</summary>
    /// <param name="steps">A value in units of the output's scale.</param>
    /// <param name="zeroPoint">The output's code of real 0.</param>
    /// <param name="low">Smallest output code.</param>
    /// <param name="high">Largest output code; all codes lie within 24 bits.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Code(float steps, int zeroPoint, int low, int high)
    {
        float smallest = low - zeroPoint, largest = high - zeroPoint;
        // Written so that NaN, which compares false, takes the lower end.
        float clamped = steps > smallest ? steps : smallest;
        clamped = clamped < largest ? clamped : largest;
        return (int)MathF.Round(clamped, MidpointRounding.ToEven) + zeroPoint;
    }
}
