using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>How bands of an image are copied with padding around them, and how far from an output its taps lie in the copy.</summary>
internal sealed unsafe class ThinTables : ConvolutionTables
{
    /// <summary>Bands get no taller than what stays in the caches.</summary>
    private const int BandBytes = 48 * 1024;

    private readonly ThinWindow _window;
    private readonly int _depth;

    /// <exception cref="QuantizationException">The sizes do not fit the window, or an image exceeds 2 GB.</exception>
    public ThinTables(ThinWindow window, ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize, int depth)
    {
        WindowSources.RequireRank(window.Rank, inputSize, outputSize);
        (_window, _depth) = (window, depth);
        (InputRows, InputColumns) = window.Rank > 1 ? (inputSize[0], inputSize[^1]) : (1, inputSize[^1]);
        (Rows, Columns) = window.Rank > 1 ? (outputSize[0], outputSize[^1]) : (1, outputSize[^1]);
        CopyColumns = Columns + window.MoreColumns;
        long rowBytes = (long)CopyColumns * depth, most = Math.Max((window.MoreRows + 1) * 4 * rowBytes, Math.Max((long)InputRows * InputColumns * depth, (long)Rows * Columns * sizeof(float)));
        if (most > int.MaxValue / 2) { throw new QuantizationException($"One image or one band of it has {most} bytes; expected less than 1 GB. Use smaller images."); }
        BandRows = Math.Clamp(rowBytes == 0 ? Rows : (int)(BandBytes / rowBytes) - window.MoreRows, 2 * window.MoreRows + 1, Math.Max(Rows, 2 * window.MoreRows + 1));
        TapBytes = new int[window.KernelRows * window.KernelColumns];
        for (int tap = 0; tap < TapBytes.Length; tap++) { TapBytes[tap] = (tap / window.KernelColumns * window.RowDilation * CopyColumns + tap % window.KernelColumns * window.ColumnDilation) * depth; }
    }

    public int InputRows { get; }

    public int InputColumns { get; }

    /// <summary>Output rows.</summary>
    public int Rows { get; }

    /// <summary>Output columns.</summary>
    public int Columns { get; }

    /// <summary>Pixels of one row of the copy.</summary>
    public int CopyColumns { get; }

    /// <summary>Output rows of one band.</summary>
    public int BandRows { get; }

    /// <summary>Bytes from an output's place in the copy to each of its taps.</summary>
    public int[] TapBytes { get; }

    /// <summary>Bytes that taps reach beyond the pixel they belong to.</summary>
    public int ReachBytes => TapBytes[^1];

    /// <summary>Copies what <paramref name="rows"/> output rows from <paramref name="first"/> on read.</summary>
    /// <param name="image">The input image.</param>
    /// <param name="first">First output row.</param>
    /// <param name="rows">Output rows.</param>
    /// <param name="copy">(rows + further rows of the window) · <see cref="CopyColumns"/> pixels.</param>
    /// <param name="zero">The code of padding.</param>
    /// <param name="flip">Bits to turn in each code.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyPadded(byte* image, int first, int rows, byte* copy, byte zero, byte flip)
    {
        int pad = Math.Min(_window.ColumnPad, CopyColumns), inside = Math.Min(InputColumns, CopyColumns - pad);
        uint left = (uint)(pad * _depth), middle = (uint)(inside * _depth), row = (uint)(CopyColumns * _depth), around = row - middle;
        // The padding behind a row and that before the next lie side by side.
        Unsafe.InitBlockUnaligned(copy, zero, left);
        for (int i = 0; i < rows + _window.MoreRows; i++, copy += row)
        {
            int source = first + i - _window.RowPad;
            bool last = i == rows + _window.MoreRows - 1;
            if ((uint)source >= (uint)InputRows)
            {
                Unsafe.InitBlockUnaligned(copy + left, zero, last ? row - left : row);
                continue;
            }
            Copy(image + (nint)source * InputColumns * _depth, copy + left, (int)middle, flip);
            Unsafe.InitBlockUnaligned(copy + left + middle, zero, last ? around - left : around);
        }
    }

    private static void Copy(byte* source, byte* target, int count, byte flip)
    {
        if (flip == 0) { Unsafe.CopyBlockUnaligned(target, source, (uint)count); }
        else
        {
            for (int i = 0; i < count; i++) { target[i] = (byte)(source[i] ^ flip); }
        }
    }
}
