using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Integer convolutions of every kind but depthwise, on emitted tiles.</summary>
internal sealed unsafe class EmittedInt8Convolution : IndirectConvolution
{
    /// <summary>Below this many rows a tile register is mostly empty, and reading the weights takes longest anyway.</summary>
    private const int FewestTileRows = 5;

    private readonly ImmutableArray<Panel> _panels;
    private readonly Int8Panels[] _weights;
    private readonly EmittedOutput _output;
    private readonly TileKernels[] _tiles; // by registers of columns, less one
    private readonly int _outputElementSize;
    private readonly bool _onTileRegisters;

    /// <param name="spec">A checked specification.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="panels">Its panels, see <see cref="EmittedPanels"/>.</param>
    /// <param name="onTileRegisters">Whether many rows go through tile registers; their input is uint8, in one tap and evenly spaced then.</param>
    public EmittedInt8Convolution(Int8ConvolutionSpec spec, PackedShape shape, ImmutableArray<Panel> panels, bool onTileRegisters)
        : base(shape, OutputElementSize(spec), panels.Length, (byte)spec.InputZeroPoint)
    {
        (_panels, _onTileRegisters) = (panels, onTileRegisters);
        _output = new(spec, panels);
        _outputElementSize = OutputElementSize(spec);
        _weights = [.. Phases.Select(phase => new Int8Panels(spec, shape, phase, panels, TileColumns.Order(_output.Kind), onTileRegisters ? AmxTileEmitter.StepBytes : sizeof(int)))];
        _tiles = [.. Enumerable.Range(1, TileShape.MaxVectors).Select(vectors => TileKernels.Of(vectors, spec.InputSigned ? TileInput.SignedCodes : TileInput.Codes, _output.Kind))];
    }

    protected override int RowStep => _onTileRegisters ? 2 * AmxTileEmitter.TileRows : base.RowStep;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    protected override void Multiply(int phase, in RowBlock block, int first, int end)
    {
        byte** rows = block.Rows, outputs = block.Outputs;
        nint stride = block.Stride;
        int count = block.Count;
        Int8Panels weights = _weights[phase];
        bool onTileRegisters = _onTileRegisters && count >= FewestTileRows;
        int* sums = stackalloc int[2 * AmxTileEmitter.TileRows * TileShape.MaxVectors * TileShape.Lanes];
        nint pairs = weights.Depth & ~7;
        TileCall call = new() { TapBytes = stride * sizeof(byte*), Pairs = -pairs, OddStep = weights.Depth & 4, Taps = weights.Taps, SignBits = TileCall.AllSignBits };
        _output.Describe(ref call);
        for (int index = first; index < end; index++)
        {
            Panel panel = _panels[index];
            call.Advance = panel.Group * Shape.Depth + pairs;
            call.Weights = weights.Weights(index);
            call.Start = weights.Start(index);
            call.Multipliers = _output.Multipliers(index);
            call.OutputOffset = (nint)panel.Column * _outputElementSize;
            call.Columns = ulong.MaxValue >> (64 - panel.Columns);
            call.Partial = panel.Columns < panel.Width ? 1 : 0;
            call.Outputs = outputs;
            if (onTileRegisters)
            {
                call.Sums = sums;
                call.Steps = weights.Depth / AmxTileEmitter.StepBytes;
                MultiplyOnTileRegisters(ref call, rows, count, panel);
                continue;
            }
            call.Rows = rows;
            // Tiles as equal in height as can be: a last tile of one row would cost nearly as much as one of six.
            TileKernels tiles = _tiles[panel.Width / TileShape.Lanes - 1];
            int needed = (count + tiles.MaxRows - 1) / tiles.MaxRows;
            (int height, int taller) = Math.DivRem(count, needed);
            if (taller > 0)
            {
                call.Tiles = taller;
                ((delegate* unmanaged<TileCall*, void>)tiles[height + 1])(&call);
            }
            call.Tiles = needed - taller;
            ((delegate* unmanaged<TileCall*, void>)tiles[height])(&call);
        }
    }

    /// <summary>Blocks of two tiles, and what is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyOnTileRegisters(ref TileCall call, byte** rows, int count, Panel panel)
    {
        const int Block = 2 * AmxTileEmitter.TileRows;
        int vectors = panel.Width / TileShape.Lanes;
        call.InputStride = (nint)(rows[1] - rows[0]);
        for (int done = 0; done < count;)
        {
            int blockRows = Math.Min(Block, count - done), blocks = (count - done) / blockRows;
            AmxConfiguration sizes = new(blockRows);
            call.Configuration = &sizes;
            call.Rows = (byte**)rows[done];
            call.BlockRows = blockRows;
            call.Tiles = blocks;
            fixed (TileCall* argument = &call) { ((delegate* unmanaged<TileCall*, void>)AmxKernels.Of(blockRows > AmxTileEmitter.TileRows ? 2 : 1, vectors, _output.Kind))(argument); }
            done += blocks * blockRows;
        }
    }

    private static int OutputElementSize(Int8ConvolutionSpec spec) => spec.Output is FloatOutput ? sizeof(float) : 1;
}
