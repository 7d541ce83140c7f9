using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary><see cref="CodeParameters.Code"/> on 32 values.</summary>
internal readonly unsafe struct Quantizer(in CodeParameters map)
{
    /// <summary>A number of steps this far from a whole one may lie on the other side of the middle: multiplying is off by less than 256 · 3 · 2⁻²⁴ inside the limits.</summary>
    private const float NearMiddle = 0.4999f;

    /// <summary>Scales whose reciprocal is as accurate.</summary>
    private const float SmallestScale = 1e-37f, LargestScale = 1e37f;

    private readonly CodeLimits _limits = new(map.ZeroPoint, map.Minimum, map.Maximum, map.Signed);
    private readonly bool _divides = map.Rounding == Rounding.Divide;
    private readonly Vector256<float> _scale = Vector256.Create(map.Rounding == Rounding.Divide ? map.Scale : 1f / map.Scale);
    private readonly Vector256<float> _factor = Vector256.Create(1f / map.Scale);
    private readonly float _nearMiddle = map.Rounding != Rounding.Divide ? 1f : map.Scale is >= SmallestScale and <= LargestScale ? NearMiddle : -1f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TPack>(Vector256<float> v0, Vector256<float> v1, Vector256<float> v2, Vector256<float> v3, byte* codes) where TPack : struct, IBytePack =>
        (TPack.Pack(Code(v0), Code(v1), Code(v2), Code(v3)) ^ Vector256.Create(_limits.Flip)).Store(codes);

    /// <summary>As <see cref="Store{TPack}"/>, but multiplies by float32(1 / scale), and divides only where that could have crossed the middle between two codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreQuickly<TPack>(Vector256<float> v0, Vector256<float> v1, Vector256<float> v2, Vector256<float> v3, byte* codes) where TPack : struct, IBytePack
    {
        Vector256<float> s0 = Limit(v0 * _factor), s1 = Limit(v1 * _factor), s2 = Limit(v2 * _factor), s3 = Limit(v3 * _factor);
        Vector256<float> farthest = Limits.Larger(Limits.Larger(FromWhole(s0), FromWhole(s1)), Limits.Larger(FromWhole(s2), FromWhole(s3)));
        if (Vector256.GreaterThanAny(farthest, Vector256.Create(_nearMiddle))) { Store<TPack>(v0, v1, v2, v3, codes); }
        else { (TPack.Pack(Whole(s0), Whole(s1), Whole(s2), Whole(s3)) ^ Vector256.Create(_limits.Flip)).Store(codes); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<int> Code(Vector256<float> real) => Whole(Limit(_divides ? real / _scale : real * _scale));

    // NaN becomes the lower limit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<float> Limit(Vector256<float> steps) => Limits.Smaller(Limits.Larger(steps, Vector256.Create(_limits.Low)), Vector256.Create(_limits.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<int> Whole(Vector256<float> steps) => CodeLimits.ToBits(steps) + Vector256.Create(_limits.Shift);

    /// <summary>How far from the nearest whole number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FromWhole(Vector256<float> steps) => Vector256.Abs(steps - CodeLimits.Round(steps));
}
