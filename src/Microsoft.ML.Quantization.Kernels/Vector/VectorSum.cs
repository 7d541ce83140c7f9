using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>An <see cref="AffineSum"/> over vector registers, 32 codes at a time.</summary>
internal sealed unsafe class VectorSum<TPack>(AffineSum sum) : BoundSum, IAffineSum where TPack : struct, IBytePack
{
    private const int Block = 32;

    public AffineSum Affine => sum;

    public override void Run(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> y)
    {
        LengthCheck.AtLeast(b.Length, a.Length);
        LengthCheck.AtLeast(y.Length, a.Length);
        fixed (byte* p = a, q = b, to = y)
        {
            int whole = a.Length & -Block, rest = a.Length - whole;
            Blocks(p, q, to, whole);
            if (rest == 0) { return; }
            byte* last = stackalloc byte[2 * Block];
            Unsafe.CopyBlockUnaligned(last, p + whole, (uint)rest);
            Unsafe.CopyBlockUnaligned(last + Block, q + whole, (uint)rest);
            Blocks(last, last + Block, last, Block);
            Unsafe.CopyBlockUnaligned(to + whole, last, (uint)rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Blocks(byte* a, byte* b, byte* y, nint count)
    {
        Vector128<byte> flipA = Vector128.Create((byte)AffineSum.Unsigned(sum.A)), flipB = Vector128.Create((byte)AffineSum.Unsigned(sum.B));
        Vector256<byte> flip = Vector256.Create((byte)AffineSum.Unsigned(sum.Output));
        Vector256<float> zero = Vector256.Create((float)(sum.A.ZeroPoint + AffineSum.Unsigned(sum.A))), first = Vector256.Create(sum.First), second = Vector256.Create(sum.Second), offset = Vector256.Create(sum.Offset);
        float low = sum.Output.Minimum + AffineSum.Unsigned(sum.Output), high = sum.Output.Maximum + AffineSum.Unsigned(sum.Output);
        for (nint i = 0; i < count; i += Block)
        {
            Vector256<int> v0 = AffineSum.Round(Value(Load(a + i, flipA), Load(b + i, flipB), zero, first, second, offset), low, high);
            Vector256<int> v1 = AffineSum.Round(Value(Load(a + i + 8, flipA), Load(b + i + 8, flipB), zero, first, second, offset), low, high);
            Vector256<int> v2 = AffineSum.Round(Value(Load(a + i + 16, flipA), Load(b + i + 16, flipB), zero, first, second, offset), low, high);
            Vector256<int> v3 = AffineSum.Round(Value(Load(a + i + 24, flipA), Load(b + i + 24, flipB), zero, first, second, offset), low, high);
            (TPack.Pack(v0, v1, v2, v3) ^ flip).Store(y + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Value(Vector256<int> a, Vector256<int> b, Vector256<float> zero, Vector256<float> first, Vector256<float> second, Vector256<float> offset) =>
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(a) - zero, first, Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(b), second, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Load(byte* codes, Vector128<byte> flip) =>
        Vector256.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)codes).AsByte() ^ flip).ToVector256Unsafe()).AsInt32();
}
