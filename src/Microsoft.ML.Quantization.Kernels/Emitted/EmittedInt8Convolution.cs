using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Integer convolutions of every kind but depthwise, on emitted tiles.</summary>
internal sealed unsafe class EmittedInt8Convolution : IndirectConvolution
{
    /// <summary>One and two rows take as long as reading the weights does, and no longer in vector registers; three of 1024x1024 already took a sixth longer there.</summary>
    private const int FewestTileRows = 3;

    /// <summary>Bytes of weights that stay in the second-level cache: asking for them ahead is only in the way (256x256x256 3 % slower in vector registers), asking for more helps (49x2048x1000 a tenth faster).</summary>
    private const long MostKept = 1 << 20;

    private const int CacheLine = 64;

    /// <summary>From so many panels on, copying the rows to cache lines costs less than it saves; with one, 3136x144x24 became a quarter slower.</summary>
    private const int FewestPanelsToAlign = 2;

    private const int SumsBytes = 2 * AmxTileEmitter.TileRows * TileShape.MaxVectors * TileShape.Lanes * sizeof(int);

    private readonly ImmutableArray<Panel> _panels;
    private readonly Int8Panels[] _weights;
    private readonly SkippedStarts? _starts;
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
        _output = new(spec, panels, (shape.Sum as IAffineSum)?.Affine);
        _outputElementSize = OutputElementSize(spec);
        _weights = [.. Phases.Select(phase => new Int8Panels(spec, shape, phase, panels, TileColumns.Order(_output.Kind), onTileRegisters ? AmxTileEmitter.StepBytes : sizeof(int)))];
        _starts = shape.SkipsTaps ? new(spec, panels, TileColumns.Order(_output.Kind)) : null;
        bool fetches = _weights.Any(static weights => weights.Bytes > MostKept);
        _tiles = [.. Enumerable.Range(1, TileShape.MaxVectors).Select(vectors => TileKernels.Of(vectors, spec.InputSigned ? TileInput.SignedCodes : TileInput.Codes, _output.Kind, fetches))];
    }

    protected override bool SumsBehind => Shape.Sum is not null && _output.Kind != OutputKind.AddedCodes;

    protected override int RowStep => _onTileRegisters ? 2 * AmxTileEmitter.TileRows : base.RowStep;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Multiply(int phase, in RowBlock block, int first, int end)
    {
        if (_onTileRegisters && block.Count >= FewestTileRows)
        {
            MultiplyOnTileRegisters(_weights[phase], block, first, end);
            return;
        }
        Int8Panels weights = _weights[phase];
        nint pairs = weights.Depth & ~7;
        TileCall call = new() { TapBytes = block.Stride * sizeof(byte*), Pairs = -pairs, OddStep = weights.Depth & 4, Taps = weights.Taps, SignBits = TileCall.AllSignBits, ToResidual = block.ToResidual };
        _output.Describe(ref call);
        for (int turn = first; turn < end; turn++)
        {
            int index = block.Backwards ? first + end - 1 - turn : turn;
            Panel panel = _panels[index];
            Describe(ref call, weights, index, block.Outputs);
            call.Advance = panel.Group * Shape.Depth + pairs;
            call.Rows = block.Rows;
            int next = turn + 1 == end ? index : block.Backwards ? index - 1 : index + 1;
            call.Ahead = (byte*)weights.Weights(next);
            call.AheadEnd = next == index ? call.Ahead : call.Ahead + (nint)weights.Taps * weights.Depth * _panels[next].Width;
            TileKernels tiles = _tiles[panel.Width / TileShape.Lanes - 1];
            if (block.Segments is null)
            {
                Multiply(&call, tiles, block.Count);
                continue;
            }
            int rowTaps = weights.Taps / Shape.Window.Kernel[0], row = 0;
            for (int i = 0; i < block.SegmentCount; i++)
            {
                RowSegment segment = block.Segments[i];
                int firstTap = segment.FirstKernelRow * rowTaps;
                call.Taps = (segment.EndKernelRow - segment.FirstKernelRow) * rowTaps;
                call.Weights = weights.Weights(index) + (nint)firstTap * weights.Depth * panel.Width;
                call.Start = _starts!.Start(index, segment);
                call.Rows = block.Rows + firstTap * block.Stride + row;
                call.Outputs = block.Outputs + row;
                Multiply(&call, tiles, segment.Count);
                row += segment.Count;
            }
        }
    }

    /// <summary>
    /// Tiles as equal in height as can be: a last tile of one row would cost nearly as much as one of six. Optimized at once and so never
    /// inlined: within an inlined method the runtime calls native code through a stub, which takes some 90 ns.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(TileCall* call, TileKernels tiles, int count)
    {
        int needed = (count + tiles.MaxRows - 1) / tiles.MaxRows;
        (int height, int taller) = Math.DivRem(count, needed);
        if (taller > 0)
        {
            call->Tiles = taller;
            ((delegate* unmanaged<TileCall*, void>)tiles[height + 1])(call);
        }
        call->Tiles = needed - taller;
        ((delegate* unmanaged<TileCall*, void>)tiles[height])(call);
    }

    /// <summary>Sums begin at a cache line, and so does every row that several panels read: half a line costs a tile register as much as two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private void MultiplyOnTileRegisters(Int8Panels weights, in RowBlock block, int first, int end)
    {
        byte* sums = stackalloc byte[SumsBytes + CacheLine];
        byte* input = block.Rows[0];
        nint stride = (nint)(block.Rows[1] - block.Rows[0]);
        bool copies = end - first >= FewestPanelsToAlign && ((nint)input | stride) % CacheLine != 0;
        byte[]? lines = copies ? ArrayPool<byte>.Shared.Rent(block.Count * weights.Depth + CacheLine) : null;
        fixed (byte* memory = lines)
        {
            if (copies)
            {
                input = ToLine(memory);
                stride = weights.Depth;
                for (int row = 0; row < block.Count; row++) { Unsafe.CopyBlockUnaligned(input + row * stride, block.Rows[row], (uint)stride); }
            }
            AmxConfiguration sizes = default;
            TileCall call = new() { Configuration = &sizes, InputStride = stride, Sums = (int*)ToLine(sums), Steps = weights.Depth / AmxTileEmitter.StepBytes, ToResidual = block.ToResidual };
            _output.Describe(ref call);
            for (int turn = first; turn < end; turn++)
            {
                int index = block.Backwards ? first + end - 1 - turn : turn;
                Describe(ref call, weights, index, block.Outputs);
                MultiplyOnTileRegisters(&call, input, block.Count, _panels[index].Width / TileShape.Lanes);
            }
            ((delegate* unmanaged<TileCall*, void>)AmxKernels.Release)(&call);
        }
        if (lines is not null) { ArrayPool<byte>.Shared.Return(lines); }
    }

    /// <summary>Blocks of two tiles, and what is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyOnTileRegisters(TileCall* call, byte* input, int count, int vectors)
    {
        const int Block = 2 * AmxTileEmitter.TileRows;
        for (int done = 0; done < count;)
        {
            int blockRows = Math.Min(Block, count - done), blocks = (count - done) / blockRows;
            if (call->BlockRows != blockRows)
            {
                *call->Configuration = new(blockRows);
                ((delegate* unmanaged<TileCall*, void>)AmxKernels.Configure)(call);
            }
            call->Rows = (byte**)(input + done * call->InputStride);
            call->BlockRows = blockRows;
            call->Tiles = blocks;
            ((delegate* unmanaged<TileCall*, void>)AmxKernels.Of(blockRows > AmxTileEmitter.TileRows ? 2 : 1, vectors, _output.Kind))(call);
            done += blocks * blockRows;
        }
    }

    /// <summary>Writes what differs from panel to panel.</summary>
    private void Describe(ref TileCall call, Int8Panels weights, int index, byte** outputs)
    {
        Panel panel = _panels[index];
        call.Weights = weights.Weights(index);
        call.Start = weights.Start(index);
        call.Multipliers = _output.Multipliers(index);
        call.OutputOffset = (nint)panel.Column * _outputElementSize;
        call.Columns = ulong.MaxValue >> (64 - panel.Columns);
        call.Partial = panel.Columns < panel.Width ? 1 : 0;
        call.Outputs = outputs;
    }

    /// <summary>The first address from here on where a cache line begins.</summary>
    private static byte* ToLine(byte* address) => address + (-(nint)address & (CacheLine - 1));

    private static int OutputElementSize(Int8ConvolutionSpec spec) => spec.Output is FloatOutput ? sizeof(float) : 1;
}
