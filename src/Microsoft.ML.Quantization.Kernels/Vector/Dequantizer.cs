using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary><see cref="CodeParameters.Real"/> on eight codes.</summary>
internal readonly unsafe struct Dequantizer(in CodeParameters map)
{
    private readonly Vector256<float> _scale = Vector256.Create(map.Scale);
    private readonly Vector256<int> _zeroPoint = Vector256.Create(map.ZeroPoint + (map.Signed ? 128 : 0));

    // int8 codes are read as uint8 codes that are 128 larger.
    private readonly Vector128<byte> _flip = Vector128.Create(map.Signed ? (byte)0x80 : (byte)0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Load(byte* codes) =>
        Vector256.ConvertToSingle(Integers(Vector128.CreateScalarUnsafe(*(long*)codes).AsByte() ^ _flip) - _zeroPoint) * _scale;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Integers(Vector128<byte> codes) => Vector256.WidenLower(Vector128.WidenLower(codes).ToVector256Unsafe()).AsInt32();
}
