using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Sums down the columns of a matrix, in the order of <see cref="Engine.Sum"/>: row r joins partial sum r mod 16, then a fixed tree.</summary>
internal static class ColumnSums
{
    /// <summary>Partial sums of a column.</summary>
    public const int Lanes = 16;

    /// <summary>Sums every column.</summary>
    /// <param name="engine">The engine that adds.</param>
    /// <param name="x">[rows, columns] numbers, as many columns as <paramref name="y"/>.</param>
    /// <param name="y">[columns] sums.</param>
    /// <param name="scratch">At least <see cref="Lanes"/> · columns numbers.</param>
    public static void Run(Engine engine, ReadOnlySpan<float> x, Span<float> y, Span<float> scratch)
    {
        int columns = y.Length, rows = x.Length / columns;
        Span<float> lanes = scratch[..(Lanes * columns)];
        lanes.Clear();
        // Sixteen rows stand as the partial sums do.
        for (int row = 0; row < rows; row += Lanes)
        {
            int count = Math.Min(Lanes, rows - row) * columns;
            engine.Add(lanes[..count], x.Slice(row * columns, count), lanes[..count]);
        }
        for (int half = Lanes / 2; half > 0; half /= 2)
        {
            Span<float> first = lanes[..(half * columns)];
            engine.Add(first, lanes.Slice(half * columns, half * columns), first);
        }
        lanes[..columns].CopyTo(y);
    }
}
