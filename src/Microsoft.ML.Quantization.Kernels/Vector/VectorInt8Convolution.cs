using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Integer convolutions of every kind but depthwise.</summary>
internal sealed unsafe class VectorInt8Convolution<TDot, TVector> : IndirectConvolution
    where TDot : struct, IInt8Dot<TVector>, IBytePack
    where TVector : struct
{
    /// <summary>Rows whose sums wait in the first-level cache for the output stage, and rows that a tile may write after the last.</summary>
    private const int WaitingRows = 24, SpareRows = 6;

    /// <summary>From so many lanes on a register is worth a panel of its own, and three are.</summary>
    private const int ManyLanes = 8;

    private readonly ImmutableArray<Panel> _panels;
    private readonly Int8Panels[] _weights;
    private readonly SkippedStarts? _starts;
    private readonly Int8Output _output;
    private readonly Int8TileSet[] _tiles; // by registers of columns, less one

    /// <param name="spec">A checked specification.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="panels">Its panels.</param>
    public VectorInt8Convolution(Int8ConvolutionSpec spec, PackedShape shape, ImmutableArray<Panel> panels)
        : base(shape, spec.Output is FloatOutput ? sizeof(float) : 1, panels.Length, (byte)spec.InputZeroPoint)
    {
        _panels = panels;
        _output = new(spec.Output, panels, InterleavedOrder<TDot, TVector>.Slot);
        _weights = [.. Phases.Select(phase => new Int8Panels(spec, shape, phase, panels, _output.Order, signedCodes: TDot.SignedCodes))];
        _starts = shape.SkipsTaps ? new(spec, panels, _output.Order, TDot.SignedCodes) : null;
        _tiles = CodeSigns.Flip(spec.InputSigned, TDot.SignedCodes) ? Tiles<Yes>() : Tiles<No>();
    }

    /// <summary>Columns of the panels, ascending.</summary>
    public static ImmutableArray<int> Widths { get; } = (TDot.WideTiles, TDot.Lanes >= ManyLanes) switch
    {
        (true, true) => [TDot.Lanes, 2 * TDot.Lanes, 3 * TDot.Lanes, 4 * TDot.Lanes],
        (true, false) => [2 * TDot.Lanes, 4 * TDot.Lanes],
        (false, true) => [TDot.Lanes, 2 * TDot.Lanes],
        _ => [2 * TDot.Lanes],
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    protected override void Multiply(int phase, in RowBlock block, int first, int end)
    {
        Int8Panels weights = _weights[phase];
        int* sums = stackalloc int[(WaitingRows + SpareRows) * 4 * TDot.Lanes];
        Tile tile = new() { RowStride = block.Stride, Taps = weights.Taps, Depth = weights.Depth };
        for (int turn = first; turn < end; turn++)
        {
            int index = block.Backwards ? first + end - 1 - turn : turn;
            Panel panel = _panels[index];
            tile.Weights = (byte*)weights.Weights(index);
            tile.Start = weights.Start(index);
            tile.Offset = panel.Group * Shape.Depth;
            tile.Rows = block.Rows;
            if (block.Segments is null)
            {
                Multiply(&tile, sums, block.Count, index, block.Outputs);
                continue;
            }
            int rowTaps = weights.Taps / Shape.Window.Kernel[0], row = 0;
            for (int i = 0; i < block.SegmentCount; i++)
            {
                RowSegment segment = block.Segments[i];
                int firstTap = segment.FirstKernelRow * rowTaps;
                tile.Taps = (segment.EndKernelRow - segment.FirstKernelRow) * rowTaps;
                tile.Weights = (byte*)weights.Weights(index) + (nint)firstTap * weights.Depth * panel.Width;
                tile.Start = _starts!.Start(index, segment);
                tile.Rows = block.Rows + firstTap * block.Stride + row;
                Multiply(&tile, sums, segment.Count, index, block.Outputs + row);
                row += segment.Count;
            }
        }
    }

    /// <summary>Rows of one panel, in tiles as equal in height as can be: a last tile of one row would cost nearly as much as one of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(Tile* tile, int* sums, int count, int index, byte** outputs)
    {
        Panel panel = _panels[index];
        Int8TileSet tiles = _tiles[panel.Width / TDot.Lanes - 1];
        byte** rows = tile->Rows;
        int needed = (count + tiles.MaxRows - 1) / tiles.MaxRows;
        (int height, int taller) = Math.DivRem(count, needed);
        for (int row = 0; row < count;)
        {
            int waiting = 0;
            while (waiting <= WaitingRows - tiles.MaxRows && row + waiting < count)
            {
                int take = taller-- > 0 ? height + 1 : height;
                tile->Rows = rows + row + waiting;
                tile->Sums = sums + waiting * panel.Width;
                tiles[take](tile);
                waiting += take;
            }
            _output.Write<TDot, TVector>(sums, waiting, index, panel, outputs + row);
            row += waiting;
        }
    }

    private static Int8TileSet[] Tiles<TFlips>() where TFlips : struct, IFlag => [.. Enumerable.Range(1, 4).Select(Int8TileSet.Of<TDot, TVector, TFlips>)];
}
