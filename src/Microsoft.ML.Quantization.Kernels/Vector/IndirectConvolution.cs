using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// What integer and float convolutions share: output pixels are cut into blocks, each block gets pointers to the input pixels it reads
/// (or, for few channels, its windows copied side by side), then every panel of packed weights passes over the block while it is in cache.
/// </summary>
internal abstract unsafe class IndirectConvolution : BoundConvolution
{
    /// <summary>Blocks get no taller than what fits the second-level cache beside a panel of weights.</summary>
    private const int BlockBytes = 256 * 1024, FewestBlockRows = 48, MaxBlockRows = 240;

    /// <summary>Weights above this many bytes pass through as few blocks as can be, and threads share panels rather than rows.</summary>
    private const long ManyWeights = 512 * 1024;

    /// <summary>Rows after the last that tiles may read; they repeat the last row and their results are dropped.</summary>
    private const int SpareRows = 8;

    /// <summary>Multiplications of some ten microseconds, of codes and of floats. Below, another thread costs more than it saves: half of what the step reads lies in the other processor's cache.</summary>
    private const long CodesWorthSharing = 1 << 23, FloatsWorthSharing = 1 << 21;

    private const int CacheLine = 64;

    private readonly int _outputElementSize;
    private readonly int _blockRows;
    private readonly PinnedMemory _zero;

    // Passes over the weights of each phase, by whichever thread. Callers may race for it: only the order of panels depends on it.
    private readonly int[] _passes;

    protected IndirectConvolution(PackedShape shape, int outputElementSize, int panels, byte zero)
    {
        (Shape, Phases, _outputElementSize, PanelCount) = (shape, ConvolutionPhase.Split(shape.Window, shape.Transposed), outputElementSize, panels);
        _passes = new int[Phases.Length];
        // Windows that are not copied overlap: a block reads about as many pixels as its outputs step over.
        int taps = shape.Window.Taps, pixels = shape.Gathers ? taps : Math.Min(taps, shape.Window.Strides.Aggregate(1, static (product, stride) => product * stride));
        _blockRows = Math.Clamp(BlockBytes / (pixels * shape.PixelBytes + (shape.Gathers ? 1 : taps) * sizeof(byte*)), FewestBlockRows, MaxBlockRows);
        int zeroBytes = shape.InputChannels * shape.ElementSize + Engine.ReadSlack;
        _zero = new(zeroBytes);
        new Span<byte>(_zero.Pointer, zeroBytes).Fill(zero);
    }

    protected PackedShape Shape { get; }

    protected ImmutableArray<ConvolutionPhase> Phases { get; }

    protected int PanelCount { get; }

    /// <summary>Bytes of one output pixel.</summary>
    private nint OutputBytes => (nint)Shape.OutputChannels * _outputElementSize;

    /// <summary>Whether a run adds a residual.</summary>
    protected virtual bool AddsResidual => Shape.Sum is not null;

    /// <summary>Whether the rows of a block are written apart first and summed from there, rather than by <see cref="Multiply"/>.</summary>
    protected virtual bool SumsBehind => Shape.Sum is not null;

    /// <summary>Bytes that <see cref="Multiply"/> wants for itself.</summary>
    protected virtual int ScratchBytes => 0;

    /// <summary>Rows of one block are a multiple of this and so of a tile's rows: only the last block has a remainder.</summary>
    protected virtual int RowStep => 12;

    public override ConvolutionTables Plan(ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize) => new IndirectTables(Shape, Phases, inputSize, outputSize) { Owner = this };

    public override void Run(ConvolutionTables tables, int batch, ReadOnlySpan<byte> input, ReadOnlySpan<byte> residual, Span<byte> output, WorkerPool? workers)
    {
        LengthCheck.NotNegative(batch);
        tables.RequireOwner(this);
        var map = (IndirectTables)tables;
        long inputBytes = (long)batch * map.InputPixels * Shape.InputChannels * Shape.ElementSize;
        long outputBytes = (long)batch * map.OutputPixels * Shape.OutputChannels * _outputElementSize;
        SpecCheck.Buffers(input.Length, output.Length, inputBytes, outputBytes);
        SpecCheck.Residual(AddsResidual, residual.Length, outputBytes);
        if (outputBytes == 0) { return; }
        fixed (byte* x = input, y = output, added = residual)
        {
            nint toResidual = AddsResidual ? (nint)(added - y) : 0;
            for (int phase = 0; phase < map.Phases.Length; phase++) { RunPhase(map, phase, batch, x, y, toResidual, workers); }
        }
        GC.KeepAlive(this);
    }

    private void RunPhase(IndirectTables map, int phase, int batch, byte* x, byte* y, nint toResidual, WorkerPool? workers)
    {
        PhaseTable table = map.Phases[phase];
        int rows = batch * table.Pixels;
        long worth = Shape.ElementSize == sizeof(float) ? FloatsWorthSharing : CodesWorthSharing;
        bool share = workers is { Threads: > 1 } && (workers.SharesAll || (long)rows * table.Taps * Shape.Depth * Shape.OutputChannels >= worth);
        // Blocks of equal height: a last block of few rows would read all the weights for them.
        bool manyWeights = (long)table.Taps * Shape.Depth * Shape.OutputChannels * Shape.ElementSize > ManyWeights;
        int most = share && !manyWeights ? FewestBlockRows : _blockRows + _blockRows / 4;
        int blockRows = (rows + most - 1) / most;
        blockRows = ((rows + blockRows - 1) / blockRows + RowStep - 1) / RowStep * RowStep;
        int blocks = (rows + blockRows - 1) / blockRows, parts = 1;
        // Few rows: the panels are shared out as well.
        if (share && blocks < 4 * workers!.Threads && !SumsBehind) { parts = Math.Min(PanelCount, 4 * workers.Threads / blocks); }
        int pass = _passes[phase];
        _passes[phase] = pass + blocks;
        Block work = new(this, map, phase, rows, blockRows, parts, pass, x, y, toResidual);
        if (share) { workers!.Run(work, blocks * parts); return; }
        for (int block = 0; block < blocks; block++) { work.Run(block); }
    }

    /// <summary>Multiplies prepared rows by the panels <paramref name="first"/> … <paramref name="end"/> − 1 of one phase.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="block">The rows.</param>
    /// <param name="first">First panel.</param>
    /// <param name="end">After the last panel.</param>
    protected abstract void Multiply(int phase, in RowBlock block, int first, int end);

    /// <summary>One piece of work for the pool.</summary>
    private readonly struct Block(IndirectConvolution owner, IndirectTables map, int phase, int rows, int blockRows, int parts, int pass, byte* x, byte* y, nint toResidual) : IChunkedWork
    {
        private readonly byte* _x = x;
        private readonly byte* _y = y;

        public void Run(int chunk)
        {
            (int block, int part) = Math.DivRem(chunk, parts);
            int first = block * blockRows, count = Math.Min(blockRows, rows - first);
            bool backwards = (pass + block) % 2 != 0;
            owner.RunBlock(map, phase, rows, first, count, _x, _y, toResidual, part * owner.PanelCount / parts, (part + 1) * owner.PanelCount / parts, backwards);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunBlock(IndirectTables map, int phase, int allRows, int first, int count, byte* x, byte* y, nint toResidual, int firstPanel, int endPanel, bool backwards)
    {
        PhaseTable table = map.Phases[phase];
        int pixelBytes = Shape.PixelBytes;
        int taps = Shape.Gathers ? 1 : table.Taps;
        int stride = count + SpareRows;
        int windowBytes = Shape.Gathers ? table.Taps * pixelBytes : 0;
        // Segments take the place of windows: where windows are copied no tap is left out.
        int segmentBytes = map.KernelRows is null ? 0 : count * sizeof(RowSegment), apartBytes = SumsBehind ? count * (int)OutputBytes : 0;
        byte[] rented = ArrayPool<byte>.Shared.Rent((taps + 1) * stride * sizeof(byte*) + count * windowBytes + segmentBytes + 2 * CacheLine + Engine.ReadSlack + apartBytes + ScratchBytes);
        fixed (byte* memory = rented)
        {
            byte** rows = (byte**)memory;
            byte** outputs = rows + taps * stride;
            byte* windows = (byte*)(outputs + stride);
            windows += -(nint)windows & (CacheLine - 1);
            byte* apart = windows + count * windowBytes + segmentBytes + Engine.ReadSlack, scratch = apart + apartBytes;
            scratch += -(nint)scratch & (CacheLine - 1);
            nint imageBytes = (nint)map.InputPixels * pixelBytes;
            if (table.InOrder)
            {
                RowPointers.Fill(rows, count, x + first * (nint)pixelBytes, pixelBytes);
                RowPointers.Fill(outputs, count, y + first * OutputBytes, OutputBytes);
            }
            for (int done = table.InOrder ? count : 0; done < count;)
            {
                (int image, int pixel) = Math.DivRem(first + done, table.Pixels);
                int run = Math.Min(count - done, table.Pixels - pixel);
                byte* source = x + image * imageBytes;
                if (Shape.Gathers)
                {
                    WindowGather.Copy(table, pixel, run, source, pixelBytes, _zero.Pointer, windows + done * windowBytes);
                    for (int i = done; i < done + run; i++) { rows[i] = windows + i * windowBytes; }
                }
                else
                {
                    fixed (int* offsets = table.Offsets)
                    {
                        for (int tap = 0; tap < taps; tap++) { RowPointers.Fill(rows + tap * stride + done, offsets + tap * table.Pixels + pixel, run, source, _zero.Pointer); }
                    }
                }
                OutputPointers(map, table, y, image, pixel, outputs + done, run);
                done += run;
            }
            for (int tap = 0; tap < taps; tap++)
            {
                for (int spare = count; spare < stride; spare++) { rows[tap * stride + spare] = rows[tap * stride + count - 1]; }
            }
            // Where the next block's input begins, a row of the image further on when windows reach into it.
            (nint aheadFrom, nint aheadTo) = (0, 0);
            if (first + count < allRows)
            {
                long next = first + count + (taps > 1 ? map.Width : 0);
                aheadFrom = (nint)(Math.Min(next, allRows) * map.InputPixels / table.Pixels) * pixelBytes;
                aheadTo = (nint)(Math.Min(next + count, allRows) * map.InputPixels / table.Pixels) * pixelBytes;
            }
            if (SumsBehind) { RowPointers.Fill(outputs, count, apart, OutputBytes); }
            Multiply(phase, new(rows, stride, count, outputs, toResidual, first % map.Width, map.Width, x + aheadFrom, aheadTo - aheadFrom, backwards, scratch)
            {
                Segments = map.KernelRows is null ? null : (RowSegment*)windows,
                SegmentCount = map.KernelRows?.Cut(first, count, (RowSegment*)windows) ?? 0,
            }, firstPanel, endPanel);
            byte* target = y + first * OutputBytes;
            if (SumsBehind) { Shape.Sum!.Run(new(apart, apartBytes), new(target + toResidual, apartBytes), new(target, apartBytes)); }
        }
        ArrayPool<byte>.Shared.Return(rented);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OutputPointers(IndirectTables map, PhaseTable table, byte* y, int image, int pixel, byte** outputs, int count)
    {
        byte* start = y + image * (nint)map.OutputPixels * OutputBytes;
        if (table.Outputs is null)
        {
            RowPointers.Fill(outputs, count, start + pixel * OutputBytes, OutputBytes);
            return;
        }
        for (int i = 0; i < count; i++) { outputs[i] = start + table.Outputs[pixel + i] * OutputBytes; }
    }
}
