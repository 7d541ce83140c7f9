using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The last step of every kernel. The formula of codes is <see cref="Numerics.Requantization.Code"/>.</summary>
internal static class Requantization
{
    /// <summary>That formula for codes of eight bits, as the byte that holds them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Code(float value, int zeroPoint, int minimum, int maximum) => (byte)Numerics.Requantization.Code(value, zeroPoint, minimum, maximum);

    /// <summary>Limits a float; NaN stays NaN and a zero keeps its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Clamp(float value, float minimum, float maximum)
    {
        float low = value < minimum ? minimum : value;
        return low > maximum ? maximum : low;
    }
}
