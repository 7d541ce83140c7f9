using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The output stage: sums of one tile to the output pixels.</summary>
internal static unsafe class OutputWriter<TPack> where TPack : struct, IBytePack
{
    /// <summary>Codes of up to 32 columns for each row.</summary>
    /// <param name="sums">[rows, stride].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="stride">Sums from one row to the next.</param>
    /// <param name="width">Columns that have sums: 8, 16, 24 or 32.</param>
    /// <param name="columns">Columns to write.</param>
    /// <param name="multipliers">[width].</param>
    /// <param name="outputs">Where each row's pixel starts.</param>
    /// <param name="offset">Bytes from there to the first column.</param>
    /// <param name="limits">The limits of the codes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Codes(int* sums, int rows, int stride, int width, int columns, float* multipliers, byte** outputs, nint offset, in CodeLimits limits)
    {
        Vector256<float> low = Vector256.Create(limits.Low), high = Vector256.Create(limits.High);
        Vector256<int> shift = Vector256.Create(limits.Shift);
        Vector256<byte> flip = Vector256.Create(limits.Flip);
        Vector256<float> m0 = Vector256.Load(multipliers);
        if (width == 8)
        {
            for (int row = 0; row < rows; row++, sums += stride)
            {
                Vector256<int> v0 = Round(sums, m0, low, high, shift);
                PartialStore.Columns((TPack.Pack(v0, v0, v0, v0) ^ flip).GetLower(), outputs[row] + offset, columns);
            }
            return;
        }
        Vector256<float> m1 = Vector256.Load(multipliers + 8);
        if (width == 16)
        {
            for (int row = 0; row < rows; row++, sums += stride)
            {
                Vector256<int> v0 = Round(sums, m0, low, high, shift), v1 = Round(sums + 8, m1, low, high, shift);
                Vector128<byte> codes = (TPack.Pack(v0, v1, v0, v1) ^ flip).GetLower();
                if (columns == 16) { codes.Store(outputs[row] + offset); } else { PartialStore.Columns(codes, outputs[row] + offset, columns); }
            }
            return;
        }
        Vector256<float> m2 = Vector256.Load(multipliers + 16);
        if (width == 24)
        {
            for (int row = 0; row < rows; row++, sums += stride)
            {
                Vector256<int> v0 = Round(sums, m0, low, high, shift), v1 = Round(sums + 8, m1, low, high, shift), v2 = Round(sums + 16, m2, low, high, shift);
                PartialStore.Columns(TPack.Pack(v0, v1, v2, v2) ^ flip, outputs[row] + offset, columns);
            }
            return;
        }
        Vector256<float> m3 = Vector256.Load(multipliers + 24);
        for (int row = 0; row < rows; row++, sums += stride)
        {
            Vector256<int> v0 = Round(sums, m0, low, high, shift), v1 = Round(sums + 8, m1, low, high, shift);
            Vector256<int> v2 = Round(sums + 16, m2, low, high, shift), v3 = Round(sums + 24, m3, low, high, shift);
            Vector256<byte> codes = TPack.Pack(v0, v1, v2, v3) ^ flip;
            if (columns == 32) { codes.Store(outputs[row] + offset); } else { PartialStore.Columns(codes, outputs[row] + offset, columns); }
        }
    }

    /// <summary>Floats for each row: <c>clamp(float32(sum) · scale, minimum, maximum)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Floats(int* sums, int rows, int width, int columns, float* scales, byte** outputs, nint offset, float minimum, float maximum)
    {
        float* values = stackalloc float[32];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column += 8)
            {
                Vector256<float> value = Vector256.ConvertToSingle(Vector256.Load(sums + column)) * Vector256.Load(scales + column);
                value = Vector256.ConditionalSelect(Vector256.LessThan(value, Vector256.Create(minimum)), Vector256.Create(minimum), value);
                value = Vector256.ConditionalSelect(Vector256.GreaterThan(value, Vector256.Create(maximum)), Vector256.Create(maximum), value);
                value.Store(values + column);
            }
            PartialStore.Floats(values, (float*)(outputs[row] + offset), columns);
            sums += width;
        }
    }

    /// <summary>Multipliers are finite, so there is no NaN to care for, and zeros round alike whatever their sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(int* sums, Vector256<float> multipliers, Vector256<float> low, Vector256<float> high, Vector256<int> shift)
    {
        Vector256<float> value = Vector256.ConvertToSingle(Vector256.Load(sums)) * multipliers;
        return CodeLimits.ToBits(Vector256.MinNative(Vector256.MaxNative(value, low), high)) + shift;
    }
}
