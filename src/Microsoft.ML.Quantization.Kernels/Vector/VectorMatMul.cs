using System.Buffers;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>A product of two float matrices that are not known beforehand: packs as it goes, then runs the tiles of the convolutions.</summary>
internal static unsafe class VectorMatMul<TFloat, TVector>
    where TFloat : struct, IFloatVector<TVector>
    where TVector : struct
{
    private const int TileRows = 6;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int k, int n, bool transposeA, bool transposeB)
    {
        FloatLoops.RequireMatMul(a.Length, b.Length, c.Length, m, k, n);
        if (m == 0 || n == 0) { return; }
        if (k == 0) { c[..(m * n)].Clear(); return; }
        int width = 2 * TFloat.Lanes;
        float[] panel = ArrayPool<float>.Shared.Rent(k * width);
        float[]? turned = transposeA ? ArrayPool<float>.Shared.Rent(m * k) : null;
        if (turned is not null) { ChannelsLast.Transpose(a, turned.AsSpan(), 1, k, m); }
        float* sums = stackalloc float[TileRows * width];
        byte** rows = stackalloc byte*[TileRows];
        fixed (float* x = turned is null ? a : turned, w = b, packed = panel, y = c)
        {
            Tile tile = new() { Rows = rows, RowStride = TileRows, Weights = (byte*)packed, Taps = 1, Depth = (nint)k * sizeof(float), Sums = sums };
            for (int column = 0; column < n; column += width)
            {
                int columns = Math.Min(width, n - column);
                Pack(w, packed, k, n, column, columns, width, transposeB);
                for (int row = 0; row < m; row += TileRows)
                {
                    int take = Math.Min(TileRows, m - row);
                    for (int i = 0; i < TileRows; i++) { rows[i] = (byte*)(x + (nint)(row + Math.Min(i, take - 1)) * k); }
                    if (take == 1) { FloatTiles<TFloat, TVector>.Rows1(&tile); } else { FloatTiles<TFloat, TVector>.Rows6(&tile); }
                    for (int i = 0; i < take; i++) { PartialStore.Floats(sums + i * width, y + (nint)(row + i) * n + column, columns); }
                }
            }
        }
        ArrayPool<float>.Shared.Return(panel);
        if (turned is not null) { ArrayPool<float>.Shared.Return(turned); }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(float* b, float* panel, int k, int n, int column, int columns, int width, bool transposed)
    {
        for (int i = 0; i < k; i++, panel += width)
        {
            for (int j = 0; j < columns; j++) { panel[j] = transposed ? b[(nint)(column + j) * k + i] : b[(nint)i * n + column + j]; }
            for (int j = columns; j < width; j++) { panel[j] = 0f; }
        }
    }
}
