using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// A transposed convolution with steps as an ordinary one with steps of 1: the s outputs between two inputs of an axis become s times the
/// channels of one pixel, with weights of 0 where a phase has no tap, and its rows are then laid out as pixels. For few channels, whose phases
/// by themselves would leave most columns of a panel empty. The sums have the same terms, so they are the same integers.
/// </summary>
internal sealed unsafe class MergedPhases : BoundConvolution
{
    /// <summary>The merged products may be this much more than those of the phases, in half units.</summary>
    private const int MostProductHalves = 3;

    private const int PanelColumns = 16, ScratchBytes = 128 * 1024;

    private readonly Int8ConvolutionSpec _spec;
    private readonly BoundConvolution _merged;
    private readonly ImmutableArray<int> _before; // for each axis: the first merged pixel
    private readonly int _chunkBytes;
    private readonly int _elementSize;
    private readonly int _mergedChannels;

    private MergedPhases(Int8ConvolutionSpec spec, Func<Int8ConvolutionSpec, BoundConvolution> bind)
    {
        _spec = spec;
        ConvolutionWindow window = spec.Window;
        _elementSize = spec.Output is FloatOutput ? sizeof(float) : 1;
        _before = [.. Enumerable.Range(0, window.Rank).Select(axis => window.PadsBegin[axis] / window.Strides[axis])];
        _mergedChannels = Phases(window) * spec.OutputChannels;
        _chunkBytes = window.Strides[^1] * spec.OutputChannels * _elementSize;
        _merged = bind(Merge(spec));
    }

    /// <summary>The merged form of a checked specification, or null when it would not be faster.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="bind">Packs the ordinary convolution.</param>
    public static BoundConvolution? TryBind(Int8ConvolutionSpec spec, Func<Int8ConvolutionSpec, BoundConvolution> bind)
    {
        if (!spec.Transposed || spec.Groups != 1 || spec.Window.Rank is not (1 or 2)) { return null; }
        ConvolutionWindow window = spec.Window;
        int phases = Phases(window);
        for (int axis = 0; axis < window.Rank; axis++)
        {
            if (window.PadsBegin[axis] < 0 || window.PadsBegin[axis] / window.Strides[axis] > LastTap(window, axis)) { return null; }
        }
        int taps = 1;
        for (int axis = 0; axis < window.Rank; axis++) { taps *= LastTap(window, axis) + 1; }
        long apart = (long)window.Taps * Filled(spec.OutputChannels), together = (long)taps * Filled(phases * spec.OutputChannels);
        return phases > 1 && 2 * together <= MostProductHalves * apart ? new MergedPhases(spec, bind) : null;
    }

    public override ConvolutionTables Plan(ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize)
    {
        WindowSources.RequireRank(_spec.Window.Rank, inputSize, outputSize);
        int[] pixels = new int[outputSize.Length];
        for (int axis = 0; axis < pixels.Length; axis++)
        {
            pixels[axis] = outputSize[axis] == 0 ? 0 : (outputSize[axis] - 1 + _spec.Window.PadsBegin[axis]) / _spec.Window.Strides[axis] - _before[axis] + 1;
        }
        long bytes = WindowSources.Count(pixels) * _mergedChannels * _elementSize;
        if (bytes > Array.MaxLength) { throw new QuantizationException($"One image has {bytes} bytes; expected less than 2 GB. Use smaller images."); }
        return new MergedTables(_merged.Plan(inputSize, pixels), inputSize, outputSize, pixels) { Owner = this };
    }

    public override void Run(ConvolutionTables tables, int batch, ReadOnlySpan<byte> input, ReadOnlySpan<byte> residual, Span<byte> output, WorkerPool? workers)
    {
        LengthCheck.NotNegative(batch);
        tables.RequireOwner(this);
        SpecCheck.Residual(adds: false, residual.Length, 0);
        var map = (MergedTables)tables;
        long imageBytes = map.InputPixels * _spec.InputChannels, outputBytes = (long)map.Rows * map.Columns * _spec.OutputChannels * _elementSize;
        SpecCheck.Buffers(input.Length, output.Length, batch * imageBytes, batch * outputBytes);
        if (batch * outputBytes == 0) { return; }
        long mergedBytes = (long)map.MergedRows * map.MergedColumns * _mergedChannels * _elementSize;
        int together = (int)Math.Clamp(ScratchBytes / mergedBytes, 1, batch);
        fixed (byte* x = input, y = output)
        {
            Images work = new(this, map, batch, together, imageBytes, mergedBytes, outputBytes, x, y);
            int chunks = (batch + together - 1) / together;
            if (workers is { Threads: > 1 } && chunks >= 2 * workers.Threads) { workers.Run(work, chunks); }
            else
            {
                for (int chunk = 0; chunk < chunks; chunk++) { work.Run(chunk, workers); }
            }
        }
    }

    private readonly struct Images(MergedPhases owner, MergedTables map, int batch, int together, long imageBytes, long mergedBytes, long outputBytes, byte* x, byte* y) : IChunkedWork
    {
        private readonly byte* _x = x;
        private readonly byte* _y = y;

        public void Run(int chunk) => Run(chunk, null);

        public void Run(int chunk, WorkerPool? workers)
        {
            int first = chunk * together, count = Math.Min(together, batch - first);
            byte[] scratch = ArrayPool<byte>.Shared.Rent((int)(count * mergedBytes));
            owner._merged.Run(map.Merged, count, new(_x + first * imageBytes, (int)(count * imageBytes)), scratch.AsSpan(0, (int)(count * mergedBytes)), workers);
            fixed (byte* merged = scratch)
            {
                for (int image = 0; image < count; image++) { owner.LayOut(map, merged + image * mergedBytes, _y + (first + image) * outputBytes); }
            }
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    /// <summary>Writes the merged pixels of one image as rows of pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LayOut(MergedTables map, byte* merged, byte* y)
    {
        ConvolutionWindow window = _spec.Window;
        int pixelBytes = _spec.OutputChannels * _elementSize, mergedPixelBytes = _mergedChannels * _elementSize, rowBytes = map.Columns * pixelBytes;
        int rowStride = window.Rank > 1 ? window.Strides[0] : 1, rowPad = window.Rank > 1 ? window.PadsBegin[0] : 0, rowsBefore = window.Rank > 1 ? _before[0] : 0;
        // Bytes that the first merged pixel of a row has before the row begins.
        int cut = (window.PadsBegin[^1] - _before[^1] * window.Strides[^1]) * pixelBytes;
        for (int row = 0; row < map.Rows; row++, y += rowBytes)
        {
            (int pixelRow, int phase) = Math.DivRem(row + rowPad, rowStride);
            byte* source = merged + (nint)(pixelRow - rowsBefore) * map.MergedColumns * mergedPixelBytes + phase * _chunkBytes;
            int at = Math.Min(_chunkBytes - cut, rowBytes);
            Unsafe.CopyBlockUnaligned(y, source + cut, (uint)at);
            source += mergedPixelBytes;
            Chunks(source, y + at, (rowBytes - at) / _chunkBytes, mergedPixelBytes, _chunkBytes);
            int whole = at + (rowBytes - at) / _chunkBytes * _chunkBytes;
            Unsafe.CopyBlockUnaligned(y + whole, source + (nint)((whole - at) / _chunkBytes) * mergedPixelBytes, (uint)(rowBytes - whole));
        }
    }

    private static void Chunks(byte* source, byte* target, int count, int step, int bytes)
    {
        if (bytes % sizeof(Int128) == 0) { Chunks<Int128>(source, target, count, step, bytes); }
        else if (bytes % sizeof(long) == 0) { Chunks<long>(source, target, count, step, bytes); }
        else if (bytes % sizeof(int) == 0) { Chunks<int>(source, target, count, step, bytes); }
        else { Chunks<byte>(source, target, count, step, bytes); }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chunks<T>(byte* source, byte* target, int count, int step, int bytes) where T : unmanaged
    {
        for (; count > 0; count--, source += step, target += bytes)
        {
            for (int i = 0; i < bytes; i += sizeof(T)) { Unsafe.WriteUnaligned(target + i, Unsafe.ReadUnaligned<T>(source + i)); }
        }
    }

    // With o + pad = s · t + phase, kernel tap k reads input t − m where k · dilation = phase + s · m: a window of all m, last first.
    private static Int8ConvolutionSpec Merge(Int8ConvolutionSpec spec)
    {
        ConvolutionWindow window = spec.Window;
        ImmutableArray<int> kernel = [.. Enumerable.Range(0, window.Rank).Select(axis => LastTap(window, axis) + 1)], ones = [.. kernel.Select(static _ => 1)];
        ImmutableArray<int> pads = [.. kernel.Select((taps, axis) => taps - 1 - window.PadsBegin[axis] / window.Strides[axis])];
        int phases = Phases(window), depth = spec.InputChannels, taps = kernel.Aggregate(1, static (product, size) => product * size);
        sbyte[] weights = new sbyte[phases * spec.OutputChannels * taps * depth];
        for (int tap = 0; tap < window.Taps; tap++)
        {
            int rest = tap, phase = 0, place = 0, phaseStep = 1, placeStep = 1;
            for (int axis = window.Rank - 1; axis >= 0; axis--)
            {
                (rest, int k) = Math.DivRem(rest, window.Kernel[axis]);
                (int m, int axisPhase) = Math.DivRem(k * window.Dilations[axis], window.Strides[axis]);
                phase += axisPhase * phaseStep;
                place += (kernel[axis] - 1 - m) * placeStep;
                phaseStep *= window.Strides[axis];
                placeStep *= kernel[axis];
            }
            for (int channel = 0; channel < spec.OutputChannels; channel++)
            {
                spec.Weights.Span.Slice((channel * window.Taps + tap) * depth, depth).CopyTo(weights.AsSpan(((phase * spec.OutputChannels + channel) * taps + place) * depth));
            }
        }
        return spec with
        {
            Window = new(kernel, ones, ones, pads, pads),
            Transposed = false,
            OutputChannels = phases * spec.OutputChannels,
            Weights = weights,
            Bias = Repeated(spec.Bias, phases),
            Output = spec.Output switch
            {
                QuantizedOutput codes => codes with { Multipliers = [.. Repeated<float>(codes.Multipliers.AsMemory(), phases)] },
                FloatOutput floats => floats with { Scales = [.. Repeated<float>(floats.Scales.AsMemory(), phases)] },
                var other => other,
            },
        };
    }

    private static T[] Repeated<T>(ReadOnlyMemory<T> values, int times) => [.. Enumerable.Repeat(values.ToArray(), times).SelectMany(static value => value)];

    private static int Phases(ConvolutionWindow window) => window.Strides.Aggregate(1, static (product, stride) => product * stride);

    /// <summary>How many inputs before its own an output reads at most.</summary>
    private static int LastTap(ConvolutionWindow window, int axis) => (window.Kernel[axis] - 1) * window.Dilations[axis] / window.Strides[axis];

    private static int Filled(int channels) => (channels + PanelColumns - 1) / PanelColumns * PanelColumns;

    /// <summary>The sizes of one image.</summary>
    private sealed class MergedTables(ConvolutionTables merged, ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize, int[] pixels) : ConvolutionTables
    {
        public ConvolutionTables Merged { get; } = merged;

        public long InputPixels { get; } = WindowSources.Count(inputSize);

        public int Rows { get; } = outputSize.Length > 1 ? outputSize[0] : 1;

        public int Columns { get; } = outputSize[^1];

        public int MergedRows { get; } = pixels.Length > 1 ? pixels[0] : 1;

        public int MergedColumns { get; } = pixels[^1];
    }
}
