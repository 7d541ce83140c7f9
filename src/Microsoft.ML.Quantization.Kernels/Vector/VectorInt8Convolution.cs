using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Integer convolutions of every kind but depthwise.</summary>
internal sealed unsafe class VectorInt8Convolution<TDot, TVector> : IndirectConvolution
    where TDot : struct, IInt8Dot<TVector>, IBytePack
    where TVector : struct
{
    private readonly ImmutableArray<Panel> _panels;
    private readonly Int8Panels[] _weights;
    private readonly Int8Output _output;
    private readonly delegate*<Tile*, void> _wide, _wideRow, _narrow, _narrowRow;

    /// <param name="spec">A checked specification.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="panels">Its panels.</param>
    public VectorInt8Convolution(Int8ConvolutionSpec spec, PackedShape shape, ImmutableArray<Panel> panels)
        : base(shape, spec.Output is FloatOutput ? sizeof(float) : 1, panels.Length, (byte)spec.InputZeroPoint)
    {
        _panels = panels;
        _weights = [.. Phases.Select(phase => new Int8Panels(spec, shape, phase, panels, PlainOrder.Slot, signedCodes: TDot.SignedCodes))];
        _output = new(spec.Output, panels);
        if (CodeSigns.Flip(spec.InputSigned, TDot.SignedCodes))
        {
            _wide = &Int8WideTiles<TDot, TVector, Yes>.Rows4Vectors4;
            _wideRow = &Int8WideTiles<TDot, TVector, Yes>.Rows1Vectors4;
            _narrow = &Int8NarrowTiles<TDot, TVector, Yes>.Rows6Vectors2;
            _narrowRow = &Int8NarrowTiles<TDot, TVector, Yes>.Rows1Vectors2;
        }
        else
        {
            _wide = &Int8WideTiles<TDot, TVector, No>.Rows4Vectors4;
            _wideRow = &Int8WideTiles<TDot, TVector, No>.Rows1Vectors4;
            _narrow = &Int8NarrowTiles<TDot, TVector, No>.Rows6Vectors2;
            _narrowRow = &Int8NarrowTiles<TDot, TVector, No>.Rows1Vectors2;
        }
    }

    /// <summary>Columns of a wide and of a narrow tile.</summary>
    public static (int Wide, int Narrow) Widths => (4 * TDot.Lanes, 2 * TDot.Lanes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    protected override void Multiply(int phase, in RowBlock block, int first, int end)
    {
        byte** rows = block.Rows, outputs = block.Outputs;
        nint stride = block.Stride;
        int count = block.Count;
        Int8Panels weights = _weights[phase];
        int* sums = stackalloc int[16 * TDot.Lanes];
        Tile tile = new() { RowStride = stride, Taps = weights.Taps, Depth = weights.Depth, Sums = sums };
        for (int index = first; index < end; index++)
        {
            Panel panel = _panels[index];
            bool wide = panel.Width == 4 * TDot.Lanes;
            int tileRows = wide ? 4 : 6;
            tile.Weights = (byte*)weights.Weights(index);
            tile.Start = weights.Start(index);
            tile.Offset = panel.Group * Shape.Depth;
            for (int row = 0; row < count; row += tileRows)
            {
                int take = Math.Min(tileRows, count - row);
                tile.Rows = rows + row;
                if (take == 1) { (wide ? _wideRow : _narrowRow)(&tile); }
                else { (wide ? _wide : _narrow)(&tile); }
                _output.Write<TDot>(sums, take, index, panel, outputs + row);
            }
        }
    }
}
