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
    private const int TileRows = 4;

    private readonly ImmutableArray<Panel> _panels;
    private readonly PinnedMemory _weights; // [panel, quad of taps, vector, lane, 4 taps]
    private readonly PinnedMemory _start; // [panel, vector, lane]
    private readonly Int8Output _output;
    private readonly int _quads;
    private readonly bool _flips;

    /// <param name="spec">A checked specification.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="panels">Its channels in blocks of <see cref="Width"/>.</param>
    public Int8Depthwise(Int8ConvolutionSpec spec, PackedShape shape, ImmutableArray<Panel> panels)
        : base(shape, spec.Output is FloatOutput ? sizeof(float) : 1, panels.Length, (byte)spec.InputZeroPoint)
    {
        (_panels, _flips, _output) = (panels, CodeSigns.Flip(spec.InputSigned, TDot.SignedCodes), new(spec.Output, panels));
        int taps = shape.Window.Taps;
        _quads = (taps + 3) / 4;
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
                ((sbyte*)Weights(panel))[(tap / 4 * Width + slot) * 4 + tap % 4] = weight;
                sum += weight;
            }
            Start(panel)[slot] = unchecked((spec.Bias.IsEmpty ? 0 : spec.Bias.Span[channel]) - zeroPoint * sum);
        }
    }

    /// <summary>Channels of one block.</summary>
    public static int Width => 4 * TDot.Lanes;

    protected override void Multiply(int phase, in RowBlock block, int first, int end)
    {
        byte** rows = block.Rows, outputs = block.Outputs;
        nint stride = block.Stride;
        int count = block.Count;
        for (int index = first; index < end; index++)
        {
            if (_flips) { Block<Yes>(rows, stride, count, outputs, index); }
            else { Block<No>(rows, stride, count, outputs, index); }
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
