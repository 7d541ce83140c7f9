namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Moves between the channels-first layout of files and users, [batch, channels, pixels], and the channels-last layout of the kernels,
/// [batch, pixels, channels].
/// </summary>
public static class ChannelsLast
{
    /// <summary>[batch, channels, pixels] to [batch, pixels, channels].</summary>
    public static void FromChannelsFirst<T>(ReadOnlySpan<T> source, Span<T> destination, int batch, int channels, int pixels) where T : unmanaged =>
        Transpose(source, destination, batch, channels, pixels);

    /// <summary>[batch, pixels, channels] to [batch, channels, pixels].</summary>
    public static void ToChannelsFirst<T>(ReadOnlySpan<T> source, Span<T> destination, int batch, int channels, int pixels) where T : unmanaged =>
        Transpose(source, destination, batch, pixels, channels);

    /// <summary>Swaps the last two axes of [batch, rows, columns].</summary>
    /// <exception cref="QuantizationException">A span is too short for the sizes.</exception>
    public static void Transpose<T>(ReadOnlySpan<T> source, Span<T> destination, int batch, int rows, int columns) where T : unmanaged
    {
        LengthCheck.NotNegative(batch);
        LengthCheck.NotNegative(rows);
        LengthCheck.NotNegative(columns);
        long length = (long)batch * rows * columns;
        LengthCheck.AtLeast(source.Length, length);
        LengthCheck.AtLeast(destination.Length, length);
        if (rows == 1 || columns == 1)
        {
            source[..(int)length].CopyTo(destination);
            return;
        }
        for (int image = 0; image < batch; image++)
        {
            Matrix(source.Slice(image * rows * columns, rows * columns), destination.Slice(image * rows * columns, rows * columns), rows, columns);
        }
    }

    // Squares of 16 x 16 elements keep both sides in the first-level cache.
    private static void Matrix<T>(ReadOnlySpan<T> source, Span<T> destination, int rows, int columns) where T : unmanaged
    {
        const int Block = 16;
        for (int row = 0; row < rows; row += Block)
        {
            int lastRow = Math.Min(rows, row + Block);
            for (int column = 0; column < columns; column += Block)
            {
                int lastColumn = Math.Min(columns, column + Block);
                for (int c = column; c < lastColumn; c++)
                {
                    for (int r = row; r < lastRow; r++) { destination[c * rows + r] = source[r * columns + c]; }
                }
            }
        }
    }
}
