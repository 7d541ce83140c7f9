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
        int zeroPoint = CodeSigns.ZeroPoint(spec, TDot.SignedCodes);
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
        int lanes = TDot.Lanes, taps = Shape.Window.Taps;
        int* start = Start(index);
        int* sums = stackalloc int[TileRows * Width];
        for (int row = 0; row < count; row += TileRows)
        {
            int take = Math.Min(TileRows, count - row);
            for (int i = 0; i < take; i++)
            {
                TVector c0 = TDot.Load(start), c1 = TDot.Load(start + lanes), c2 = TDot.Load(start + 2 * lanes), c3 = TDot.Load(start + 3 * lanes);
                byte* w = Weights(index);
                for (int tap = 0; tap < taps; tap += 4, w += 16 * lanes)
                {
                    // Taps after the last have zero weights; they read the last one again.
                    byte** at = rows + tap * stride + row + i;
                    int left = taps - 1 - tap;
                    byte* r0 = at[0] + panel.Column;
                    byte* r1 = at[Math.Min(1, left) * stride] + panel.Column;
                    byte* r2 = at[Math.Min(2, left) * stride] + panel.Column;
                    byte* r3 = at[Math.Min(3, left) * stride] + panel.Column;
                    TDot.LoadInterleaved(r0, r1, r2, r3, out TVector x0, out TVector x1, out TVector x2, out TVector x3);
                    c0 = TDot.MultiplyAdd(c0, Codes<TFlips>(x0), TDot.Load(w));
                    c1 = TDot.MultiplyAdd(c1, Codes<TFlips>(x1), TDot.Load(w + 4 * lanes));
                    c2 = TDot.MultiplyAdd(c2, Codes<TFlips>(x2), TDot.Load(w + 8 * lanes));
                    c3 = TDot.MultiplyAdd(c3, Codes<TFlips>(x3), TDot.Load(w + 12 * lanes));
                }
                TDot.StoreDeinterleaved(sums + i * Width, c0, c1, c2, c3);
            }
            _output.Write<TDot>(sums, take, index, panel, outputs + row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Codes<TFlips>(TVector codes) where TFlips : struct, IFlag => TFlips.Value ? TDot.FlipSigns(codes) : codes;

    private byte* Weights(int panel) => _weights.Pointer + (nint)panel * _quads * 4 * Width;

    private int* Start(int panel) => (int*)_start.Pointer + panel * Width;
}
