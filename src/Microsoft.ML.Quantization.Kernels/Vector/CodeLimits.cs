using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The limits of quantized codes as vector code uses them, and the rounding that goes with them.</summary>
internal readonly struct CodeLimits(int zeroPoint, int minimum, int maximum, bool signed)
{
    /// <summary>1.5 · 2²³. Adding it rounds to the nearest integer, ties to even, and leaves the integer in the low bits.</summary>
    private const float Magic = 12582912f;

    /// <summary>Its bits.</summary>
    public const int MagicBits = 0x4B400000;

    public readonly float Low = minimum - zeroPoint;
    public readonly float High = maximum - zeroPoint;

    /// <summary>Added to the bits of a rounded value, gives the code in 0..255; int8 codes are 128 larger until <see cref="Flip"/>.</summary>
    public readonly int Shift = zeroPoint + (signed ? 128 : 0) - MagicBits;

    /// <summary>The code of real 0 in 0..255; of int8 codes 128 larger.</summary>
    public readonly short ZeroPoint = (short)(zeroPoint + (signed ? 128 : 0));

    /// <summary>The smallest code in 0..255; of int8 codes 128 larger.</summary>
    public readonly byte Smallest = (byte)(minimum + (signed ? 128 : 0));

    /// <summary>The bits to turn in each byte.</summary>
    public readonly byte Flip = signed ? (byte)0x80 : (byte)0;

    /// <summary>Rounds values inside the limits to the form that <see cref="Shift"/> completes.</summary>
    public static Vector128<int> ToBits(Vector128<float> clamped) => (clamped + Vector128.Create(Magic)).AsInt32();

    /// <summary>Rounds values inside the limits to the form that <see cref="Shift"/> completes.</summary>
    public static Vector256<int> ToBits(Vector256<float> clamped) => (clamped + Vector256.Create(Magic)).AsInt32();

    /// <summary>The nearest whole numbers, of values as small as codes.</summary>
    public static Vector256<float> Round(Vector256<float> clamped) => clamped + Vector256.Create(Magic) - Vector256.Create(Magic);
}
