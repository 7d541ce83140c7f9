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
    private const int Columns = 3;

    /// <summary>Pixels whose sums fit the first-level cache, where they do not become codes at once.</summary>
    private const int TilePixels = 16;

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
        (_panels, _flips, _output) = (panels, CodeSigns.Flip(spec.InputSigned, TDot.SignedCodes), new(spec.Output, panels, InterleavedOrder<TDot, TVector>.Slot));
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
            if (_flips) { Multiply<Yes>(block, index); } else { Multiply<No>(block, index); }
        }
    }

    private static int SharedHeight(ConvolutionWindow window)
    {
        bool shares = window.Rank > 0 && window.Kernel[^1] == Columns && window.Dilations[^1] == 1 && window.Strides[^1] < Columns;
        return shares && window.Taps / Columns <= 4 ? window.Taps / Columns : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private void Multiply<TFlips>(in RowBlock block, int index) where TFlips : struct, IFlag
    {
        Panel panel = _panels[index];
        int step = Shape.Window.Strides.IsEmpty ? 1 : Shape.Window.Strides[^1], taps = Shape.Window.Taps, column = block.Column;
        int* sums = stackalloc int[TilePixels * Width];
        DepthwiseOutput output = _output.Depthwise(index, panel, sums);
        for (int done = 0; done < block.Count;)
        {
            output.Pixels = block.Outputs + done;
            int run = block.Count - done;
            if (output.Sums is not null) { run = Math.Min(run, TilePixels); }
            if (_height > 0)
            {
                // Columns pass from one pixel to the next along a row of the image only.
                run = Math.Min(run, block.Width - column);
                Int8DepthwiseTile<TDot, TVector, TFlips>.ThreeColumns(block.Rows + done, block.Stride, _height, step, run, panel.Column, Weights(index), Start(index), &output);
                column = column + run == block.Width ? 0 : column + run;
            }
            else { Int8DepthwiseTile<TDot, TVector, TFlips>.Pixels(block.Rows + done, block.Stride, taps, run, panel.Column, Weights(index), Start(index), &output); }
            if (output.Sums is not null) { _output.Write<TDot, TVector>(sums, run, index, panel, output.Pixels); }
            done += run;
        }
    }

    private byte* Weights(int panel) => _weights.Pointer + (nint)panel * _quads * 4 * Width;

    private int* Start(int panel) => (int*)_start.Pointer + panel * Width;
}
