using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// A sum of codes without a division: with steps a = code − zero point of the first side, and the second side's code b and the result in 0..255 (int8 codes 128 larger),
/// <c>code = clamp(rne(fma(a, First, fma(b, Second, Offset))))</c>. There are no more than 65,536 pairs of codes, so that it gives the codes of the
/// definition, which divides, is tried out for each of them, not argued.
/// </summary>
internal sealed class AffineSum
{
    /// <summary>Scales and their quotients between these and their reciprocals leave room for sums and products.</summary>
    private const float SmallestScale = 1e-30f, LargestQuotient = 1 << 12;

    private const int Codes = 256, Nudges = 3, OffsetNudges = 2, MostTries = 64;

    /// <summary>Small changes of the three numbers, in units of their last place, the smallest first.</summary>
    private static readonly (int First, int Second, int Offset)[] s_nudges =
    [
        .. (from first in Enumerable.Range(-Nudges, 2 * Nudges + 1)
            from second in Enumerable.Range(-Nudges, 2 * Nudges + 1)
            from offset in Enumerable.Range(-OffsetNudges, 2 * OffsetNudges + 1)
            orderby Math.Abs(first) + Math.Abs(second) + Math.Abs(offset)
            select (first, second, offset)).Take(MostTries),
    ];

    private AffineSum(CodeParameters a, CodeParameters b, CodeParameters output, float first, float second, float offset) =>
        (A, B, Output, First, Second, Offset) = (a, b, output, first, second, offset);

    public CodeParameters A { get; }

    public CodeParameters B { get; }

    public CodeParameters Output { get; }

    /// <summary>Factor of the first side's steps.</summary>
    public float First { get; }

    /// <summary>Factor of the second side's code.</summary>
    public float Second { get; }

    /// <summary>Code of two zeros, less what the second side's zero point adds.</summary>
    public float Offset { get; }

    /// <summary>What is added to a code to have it in 0..255.</summary>
    public static int Unsigned(CodeParameters map) => map.Signed ? 128 : 0;

    /// <summary>Numbers that give the codes of the definition for every pair; null when none were found.</summary>
    public static AffineSum? Find(in CodeParameters a, in CodeParameters b, in CodeParameters output)
    {
        if (!Usable(a.Scale) || !Usable(b.Scale) || !Usable(output.Scale)) { return null; }
        float first = (float)((double)a.Scale / output.Scale), second = (float)((double)b.Scale / output.Scale);
        if (!(first < LargestQuotient && second < LargestQuotient && float.IsNormal(first) && float.IsNormal(second))) { return null; }
        foreach ((int nudgeFirst, int nudgeSecond, int nudgeOffset) in s_nudges)
        {
            float nudged = Nudge(second, nudgeSecond);
            float offset = (float)(output.ZeroPoint + Unsigned(output) - (double)nudged * (b.ZeroPoint + Unsigned(b)));
            var candidate = new AffineSum(a, b, output, Nudge(first, nudgeFirst), nudged, Nudge(offset, nudgeOffset));
            if (candidate.HoldsForAllPairs()) { return candidate; }
        }
        return null;
    }

    private static bool Usable(float scale) => scale is > SmallestScale and < 1f / SmallestScale;

    private static float Nudge(float value, int units) => value == 0f ? value : BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(value) + units);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool HoldsForAllPairs()
    {
        CodeLimits limits = new(Output.ZeroPoint, Output.Minimum, Output.Maximum, Output.Signed);
        bool divides = Output.Rounding == Rounding.Divide;
        Vector256<float> scale = Vector256.Create(divides ? Output.Scale : 1f / Output.Scale);
        for (int code = 0; code < Codes; code++)
        {
            Vector256<float> real = Vector256.Create(B.Real((byte)(code ^ Unsigned(B)))), rest = Vector256.Create(MathF.FusedMultiplyAdd(code, Second, Offset));
            for (int start = A.Minimum; start <= A.Maximum; start += Vector256<float>.Count)
            {
                // Codes behind the largest are tried as well where there are such.
                Vector256<float> steps = Vector256.ConvertToSingle(Vector256.Min(Vector256.Create(start) + Vector256<int>.Indices, Vector256.Create(A.Signed ? (int)sbyte.MaxValue : byte.MaxValue)) - Vector256.Create(A.ZeroPoint));
                Vector256<float> sum = steps * Vector256.Create(A.Scale) + real, quotient = divides ? sum / scale : sum * scale;
                Vector256<int> expected = CodeLimits.ToBits(Clamp(quotient, limits.Low, limits.High)) + Vector256.Create(limits.Shift);
                Vector256<float> value = Vector256.FusedMultiplyAdd(steps, Vector256.Create(First), rest);
                Vector256<int> actual = Round(value, Output.Minimum + Unsigned(Output), Output.Maximum + Unsigned(Output));
                if (!Vector256.EqualsAll(expected, actual)) { return false; }
            }
        }
        return true;
    }

    /// <summary>The nearest integers, ties to even, within limits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Round(Vector256<float> value, float low, float high) => CodeLimits.ToBits(Clamp(value, low, high)) - Vector256.Create(CodeLimits.MagicBits);

    // There is no NaN here, and zeros round alike whatever their sign.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Clamp(Vector256<float> value, float low, float high) => Vector256.MinNative(Vector256.MaxNative(value, Vector256.Create(low)), Vector256.Create(high));
}
