using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>Float32 sums in the order of PyTorch's processor kernel, bit for bit: eight lanes, four accumulators of each, and four levels of them.</summary>
/// <remarks>The levels keep the error of long sums small: each accumulator adds few numbers before it is added to the next level.
/// Source: ATen/native/cpu/SumKernel.cpp, <c>cascade_sum</c>.</remarks>
internal static class CascadeSum
{
    private const int Rows = 4, Levels = 4, FewestPower = 4;

    /// <summary>The sum; 0 of nothing.</summary>
    public static float Of(ReadOnlySpan<float> values)
    {
        int lanes = Vector256<float>.Count;
        if (values.Length < lanes) { return Short(values); }
        int vectors = values.Length / lanes;
        Vector256<float> all = Lanes(values, vectors);
        float sum = 0f;
        for (int i = vectors * lanes; i < values.Length; i++) { sum += values[i]; }
        for (int lane = 0; lane < lanes; lane++) { sum += all[lane]; }
        return sum;
    }

    /// <summary>The sum in the order of short rows: four accumulators.</summary>
    public static float Short(ReadOnlySpan<float> values)
    {
        int i = 0;
        Span<float> sums = stackalloc float[Rows];
        sums.Clear();
        for (; i + Rows <= values.Length; i += Rows)
        {
            for (int row = 0; row < Rows; row++) { sums[row] += values[i + row]; }
        }
        for (; i < values.Length; i++) { sums[0] += values[i]; }
        return sums[0] + sums[1] + sums[2] + sums[3];
    }

    private static Vector256<float> Lanes(ReadOnlySpan<float> values, int vectors)
    {
        int count = vectors / Rows, next = 0;
        Span<Vector256<float>> sums = stackalloc Vector256<float>[Levels * Rows];
        sums.Clear();
        int power = Math.Max(FewestPower, CeilingLog2(count) / Levels), step = 1 << power;
        while (next + step <= count)
        {
            for (int i = 0; i < step; i++) { Add(values, sums, next++); }
            for (int level = 1; level < Levels; level++)
            {
                for (int row = 0; row < Rows; row++)
                {
                    sums[level * Rows + row] += sums[(level - 1) * Rows + row];
                    sums[(level - 1) * Rows + row] = default;
                }
                if ((next & ((long)(step - 1) << (level * power))) != 0) { break; }
            }
        }
        while (next < count) { Add(values, sums, next++); }
        for (int i = Rows; i < sums.Length; i++) { sums[i % Rows] += sums[i]; }
        for (int i = count * Rows; i < vectors; i++) { sums[0] += Vector256.Create(values[(i * Vector256<float>.Count)..]); }
        return sums[0] + sums[1] + sums[2] + sums[3];
    }

    private static void Add(ReadOnlySpan<float> values, Span<Vector256<float>> sums, int index)
    {
        for (int row = 0; row < Rows; row++) { sums[row] += Vector256.Create(values[((index * Rows + row) * Vector256<float>.Count)..]); }
    }

    private static int CeilingLog2(int count) => count <= 1 ? 0 : System.Numerics.BitOperations.Log2((uint)count - 1) + 1;
}
