namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Which rows of the kernel, on its outermost axis, any pixel of a row of the output reads from the image. The taps outside hold the zero point and add
/// up to what the start of the sums takes away for them, so both may be left out.
/// </summary>
internal sealed unsafe class KernelRows
{
    /// <summary>Rows of the tiles, or a multiple of them: lower ones read the weights too often and take back what is left out.</summary>
    private const int TileRows = 6;

    private readonly (int First, int End)[] _rows; // of each row of the output
    private readonly int _pixels;

    private KernelRows((int First, int End)[] rows, int pixels) => (_rows, _pixels) = (rows, pixels);

    /// <summary>The rows, or null where none can be left out.</summary>
    public static KernelRows? Of(PackedShape shape, ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize)
    {
        if (!shape.SkipsTaps) { return null; }
        int pixels = (int)WindowSources.Count(outputSize[1..]);
        if (pixels < TileRows) { return null; }
        var rows = new (int First, int End)[outputSize[0]];
        for (int output = 0; output < rows.Length; output++) { rows[output] = Inside(shape.Window, inputSize[0], output); }
        return Array.TrueForAll(rows, row => row == (0, shape.Window.Kernel[0])) ? null : new(rows, pixels);
    }

    /// <summary>Cuts rows of a block where other taps begin.</summary>
    /// <param name="first">The first output pixel, counted over all images.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="segments">Room for as many.</param>
    /// <returns>How many there are.</returns>
    public int Cut(int first, int count, RowSegment* segments)
    {
        int cut = 0;
        for (int done = 0; done < count;)
        {
            (int row, int column) = Math.DivRem((first + done) % (_rows.Length * _pixels), _pixels);
            int run = Math.Min(count - done, _pixels - column);
            RowSegment segment = new(run, _rows[row].First, _rows[row].End);
            if (cut > 0 && segments[cut - 1].Reads(segment) && segment.Reads(segments[cut - 1])) { segments[cut - 1] = segments[cut - 1].Plus(run); }
            else { segments[cut++] = segment; }
            done += run;
        }
        return Even(segments, cut);
    }

    /// <summary>What does not fill tiles goes to a neighbour that reads more: taps of nothing but padding do no harm.</summary>
    private static int Even(RowSegment* segments, int count)
    {
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            RowSegment segment = segments[i];
            int rest = segment.Count % TileRows;
            if (i + 1 < count && segments[i + 1].Reads(segment))
            {
                segments[i + 1] = segments[i + 1].Plus(rest);
                segment = segment.Plus(-rest);
            }
            else if (kept > 0 && segments[kept - 1].Reads(segment))
            {
                segments[kept - 1] = segments[kept - 1].Plus(rest);
                segment = segment.Plus(-rest);
            }
            if (segment.Count > 0) { segments[kept++] = segment; }
        }
        return kept;
    }

    private static (int First, int End) Inside(ConvolutionWindow window, int input, int output)
    {
        (int first, int end) = (window.Kernel[0], 0);
        for (int row = 0; row < window.Kernel[0]; row++)
        {
            int source = output * window.Strides[0] - window.PadsBegin[0] + row * window.Dilations[0];
            if ((uint)source < (uint)input) { (first, end) = (Math.Min(first, row), row + 1); }
        }
        // Nothing but padding: any row will do.
        return end == 0 ? (0, 1) : (first, end);
    }
}
