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
        for (int index = first; index < end; index++)
        {
            Panel panel = _panels[index];
            Int8TileSet tiles = _tiles[panel.Width / TDot.Lanes - 1];
            tile.Weights = (byte*)weights.Weights(index);
            tile.Start = weights.Start(index);
            tile.Offset = panel.Group * Shape.Depth;
            // Tiles as equal in height as can be: a last tile of one row would cost nearly as much as one of four.
            int needed = (block.Count + tiles.MaxRows - 1) / tiles.MaxRows;
            (int height, int taller) = Math.DivRem(block.Count, needed);
            for (int row = 0; row < block.Count;)
            {
                int waiting = 0;
                for (byte** rows = block.Rows + row; waiting <= WaitingRows - tiles.MaxRows && row + waiting < block.Count;)
                {
                    int take = taller-- > 0 ? height + 1 : height;
                    tile.Rows = rows + waiting;
                    tile.Sums = sums + waiting * panel.Width;
                    tiles[take](&tile);
                    waiting += take;
                }
                _output.Write<TDot, TVector>(sums, waiting, index, panel, block.Outputs + row);
                row += waiting;
            }
        }
    }

    private static Int8TileSet[] Tiles<TFlips>() where TFlips : struct, IFlag => [.. Enumerable.Range(1, 4).Select(Int8TileSet.Of<TDot, TVector, TFlips>)];
}
