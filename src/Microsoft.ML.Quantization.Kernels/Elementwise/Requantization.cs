using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The last step of every integer kernel, written once.</summary>
internal static class Requantization
{
    /// <summary><c>rne(clamp(value, minimum − zeroPoint, maximum − zeroPoint)) + zeroPoint</c>; NaN becomes the minimum.</summary>
    /// <remarks>The clamp comes first because converting a float that does not fit an integer gives different codes on different processors.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Code(float value, int zeroPoint, int minimum, int maximum)
    {
        float low = minimum - zeroPoint, high = maximum - zeroPoint;
        float clamped = value > low ? value : low;
        clamped = clamped < high ? clamped : high;
        return (byte)((int)MathF.Round(clamped, MidpointRounding.ToEven) + zeroPoint);
    }

    /// <summary>Limits a float; NaN stays NaN and a zero keeps its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Clamp(float value, float minimum, float maximum)
    {
        float low = value < minimum ? minimum : value;
        return low > maximum ? maximum : low;
    }
}
