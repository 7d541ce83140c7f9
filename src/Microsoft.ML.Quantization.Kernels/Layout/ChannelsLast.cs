using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Moves between the channels-first layout of files and users, [batch, channels, pixels], and the channels-last layout of the kernels,
/// [batch, pixels, channels].
/// </summary>
public static unsafe class ChannelsLast
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
        fixed (T* from = source, to = destination)
        {
            nint matrix = (nint)rows * columns;
            bool asBytes = sizeof(T) == 1 && ByteTransposition.Fits(rows, columns);
            for (int image = 0; asBytes && image < batch; image++) { ByteTransposition.Run((byte*)(from + image * matrix), (byte*)(to + image * matrix), rows, columns); }
            for (int image = 0; !asBytes && image < batch; image++) { Matrix(from + image * matrix, to + image * matrix, rows, columns); }
        }
    }

    // Strips of 16 rows: the writes of a strip fill whole cache lines while its reads still lie in the first-level cache.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Matrix<T>(T* source, T* destination, nint rows, nint columns) where T : unmanaged
    {
        const int Strip = 16;
        nint row = 0;
        for (; row <= rows - Strip; row += Strip)
        {
            T* from = source + row * columns;
            T* to = destination + row;
            for (nint column = 0; column < columns; column++, from++, to += rows)
            {
                T* at = from;
                for (int i = 0; i < Strip; i += 4, at += 4 * columns)
                {
                    (to[i], to[i + 1], to[i + 2], to[i + 3]) = (at[0], at[columns], at[2 * columns], at[3 * columns]);
                }
            }
        }
        for (; row < rows; row++)
        {
            for (nint column = 0; column < columns; column++) { destination[column * rows + row] = source[row * columns + column]; }
        }
    }
}
