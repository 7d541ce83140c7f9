using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary><see cref="CodeParameters.Code"/> on 32 values.</summary>
internal readonly unsafe struct Quantizer(in CodeParameters map)
{
    private readonly CodeLimits _limits = new(map.ZeroPoint, map.Minimum, map.Maximum, map.Signed);
    private readonly bool _divides = map.Rounding == Rounding.Divide;
    private readonly Vector256<float> _scale = Vector256.Create(map.Rounding == Rounding.Divide ? map.Scale : 1f / map.Scale);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TPack>(Vector256<float> v0, Vector256<float> v1, Vector256<float> v2, Vector256<float> v3, byte* codes) where TPack : struct, IBytePack =>
        (TPack.Pack(Code(v0), Code(v1), Code(v2), Code(v3)) ^ Vector256.Create(_limits.Flip)).Store(codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<int> Code(Vector256<float> real)
    {
        Vector256<float> steps = _divides ? real / _scale : real * _scale, low = Vector256.Create(_limits.Low), high = Vector256.Create(_limits.High);
        steps = Vector256.ConditionalSelect(Vector256.GreaterThan(steps, low), steps, low);
        return CodeLimits.ToBits(Vector256.ConditionalSelect(Vector256.LessThan(steps, high), steps, high)) + Vector256.Create(_limits.Shift);
    }
}
