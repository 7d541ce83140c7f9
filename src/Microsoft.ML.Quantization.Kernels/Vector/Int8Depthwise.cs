using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Integer convolutions in which every channel is its own group. Four taps at a time: their pixels are interleaved so that a lane holds
/// four taps of one channel, and one dot-product instruction serves a register of channels.
/// </summary>
internal sealed unsafe class Int8Depthwise<TDot, TVector> : IndirectConvolution
    where TDot : struct, IInt8Dot<TVector>, IBytePack
    where TVector : struct
{
    private const int TileRows = 4, Columns = 3;

    /// <summary>Pixels between two starts of a row of shared columns: two columns are read again, sums stay in the first-level cache.</summary>
    private const int SharedPixels = 16;

    private readonly ImmutableArray<Panel> _panels;
    private readonly PinnedMemory _weights; // [panel, quad of taps or column, vector, lane, 4 taps]
    private readonly PinnedMemory _start; // [panel, vector, lane]
    private readonly Int8Output _output;
    private readonly int _quads;
    private readonly bool _flips;

    // Taps of a column where windows share columns, else 0.
    private readonly int _height;

    /// <param name="spec">A checked specification.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="panels">Its channels in blocks of <see cref="Width"/>.</param>
    public Int8Depthwise(Int8ConvolutionSpec spec, PackedShape shape, ImmutableArray<Panel> panels)
        : base(shape, spec.Output is FloatOutput ? sizeof(float) : 1, panels.Length, (byte)spec.InputZeroPoint)
    {
        (_panels, _flips, _output) = (panels, CodeSigns.Flip(spec.InputSigned, TDot.SignedCodes), new(spec.Output, panels));
        int taps = shape.Window.Taps;
        _height = SharedHeight(shape.Window);
        _quads = _height > 0 ? Columns : (taps + 3) / 4;
        _weights = new(panels.Length * (long)_quads * 4 * Width);
        _start = new(panels.Length * (long)Width * sizeof(int));
        int zeroPoint = CodeSigns.ZeroPoint(spec.InputZeroPoint, spec.InputSigned, TDot.SignedCodes);
        for (int index = 0; index < panels.Length * Width; index++)
        {
            (int panel, int slot) = Math.DivRem(index, Width);
            int column = TDot.InterleavedColumn(slot / TDot.Lanes, slot % TDot.Lanes);
            if (column >= panels[panel].Columns) { continue; }
            int channel = panels[panel].Column + column, sum = 0;
            for (int tap = 0; tap < taps; tap++)
            {
                sbyte weight = spec.Weights.Span[channel * taps + tap];
                (int quad, int place) = _height > 0 ? (tap % Columns, tap / Columns) : (tap / 4, tap % 4);
                ((sbyte*)Weights(panel))[(quad * Width + slot) * 4 + place] = weight;
                sum += weight;
            }
            Start(panel)[slot] = unchecked((spec.Bias.IsEmpty ? 0 : spec.Bias.Span[channel]) - zeroPoint * sum);
        }
    }

    /// <summary>Channels of one block.</summary>
    public static int Width => 4 * TDot.Lanes;

    protected override void Multiply(int phase, in RowBlock block, int first, int end)
    {
        for (int index = first; index < end; index++)
        {
            if (_height > 0)
            {
                if (_flips) { SharedColumns<Yes>(block, index); } else { SharedColumns<No>(block, index); }
            }
            else if (_flips) { Block<Yes>(block.Rows, block.Stride, block.Count, block.Outputs, index); }
            else { Block<No>(block.Rows, block.Stride, block.Count, block.Outputs, index); }
        }
    }

    private static int SharedHeight(ConvolutionWindow window)
    {
        bool shares = window.Rank > 0 && window.Kernel[^1] == Columns && window.Dilations[^1] == 1 && window.Strides[^1] < Columns;
        return shares && window.Taps / Columns <= 4 ? window.Taps / Columns : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private void SharedColumns<TFlips>(in RowBlock block, int index) where TFlips : struct, IFlag
    {
        Panel panel = _panels[index];
        int step = Shape.Window.Strides[^1], column = block.Column;
        int* sums = stackalloc int[SharedPixels * Width];
        // Columns pass from one pixel to the next along a row of the image only.
        for (int done = 0; done < block.Count;)
        {
            int run = Math.Min(SharedPixels, Math.Min(block.Count - done, block.Width - column));
            Int8DepthwiseTile<TDot, TVector, TFlips>.ThreeColumns(block.Rows + done, block.Stride, _height, step, run, panel.Column, Weights(index), Start(index), sums);
            _output.Write<TDot>(sums, run, index, panel, block.Outputs + done);
            done += run;
            column += run;
            if (column == block.Width) { column = 0; }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private void Block<TFlips>(byte** rows, nint stride, int count, byte** outputs, int index) where TFlips : struct, IFlag
    {
        Panel panel = _panels[index];
        int taps = Shape.Window.Taps;
        int* start = Start(index);
        int* sums = stackalloc int[TileRows * Width];
        for (int row = 0; row < count; row += TileRows)
        {
            int take = Math.Min(TileRows, count - row);
            for (int i = 0; i < take; i++)
            {
                Int8DepthwiseTile<TDot, TVector, TFlips>.Pixel(rows + row + i, stride, taps, panel.Column, Weights(index), start, sums + i * Width);
            }
            _output.Write<TDot>(sums, take, index, panel, outputs + row);
        }
    }

    private byte* Weights(int panel) => _weights.Pointer + (nint)panel * _quads * 4 * Width;

    private int* Start(int panel) => (int*)_start.Pointer + panel * Width;
}
