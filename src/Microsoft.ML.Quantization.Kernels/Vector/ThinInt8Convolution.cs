using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Integer convolutions to so few channels that a panel of columns would be mostly empty: the last layer of a network that draws an image.
/// The lanes of a register are neighbouring pixels of a padded copy instead. With a step of 1 every tap of every output lies a fixed distance
/// from that output's own place in the copy, so one loop over the copy serves all rows; what falls between two rows is dropped.
/// </summary>
internal sealed unsafe class ThinInt8Convolution<TDot, TVector> : BoundConvolution
    where TDot : struct, IInt8Dot<TVector>, IBytePack
    where TVector : struct
{
    /// <summary>With more, the passes over the copy cost more than the empty columns.</summary>
    private const int MostOutputs = 4;

    private const int Chunk = 32;

    /// <summary>Below this many multiplications another thread costs more than it saves.</summary>
    private const long WorthSharing = 1 << 18;

    private readonly Int8ConvolutionSpec _spec;
    private readonly ThinWindow _window;
    private readonly Int8Output _output;
    private readonly PinnedMemory _weights; // [channel, tap, register]
    private readonly PinnedMemory _start; // [channel, register]
    private readonly int _elementSize;
    private readonly int _halvings;
    private readonly byte _flip;

    /// <param name="spec">A checked specification that <see cref="Fits"/>.</param>
    public ThinInt8Convolution(Int8ConvolutionSpec spec)
    {
        (_spec, _window) = (spec, new(spec.Window));
        bool flips = CodeSigns.Flip(spec.InputSigned, TDot.SignedCodes);
        _flip = flips ? (byte)0x80 : (byte)0;
        _elementSize = spec.Output is FloatOutput ? sizeof(float) : 1;
        int taps = spec.Window.Taps, depth = spec.InputChannels, channels = spec.OutputChannels;
        for (int lanes = depth / sizeof(int); lanes > 1; lanes /= 2) { _halvings++; }
        // Lanes are pixels: every one has the multiplier of the channel.
        _output = new(Repeated(spec.Output), [.. Enumerable.Range(0, channels).Select(static channel => new Panel(0, channel * Chunk, Chunk, Chunk))]);
        _weights = new((long)channels * taps * Register);
        _start = new((long)channels * Register);
        int zeroPoint = CodeSigns.ZeroPoint(spec.InputZeroPoint, spec.InputSigned, TDot.SignedCodes);
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<sbyte> weights = spec.Weights.Span.Slice(channel * taps * depth, taps * depth);
            int sum = 0;
            foreach (sbyte weight in weights) { sum += weight; }
            sbyte* packed = Weights(channel);
            for (int i = 0; i < taps * Register; i++) { packed[i] = weights[i / Register * depth + i % depth]; }
            for (int lane = 0; lane < TDot.Lanes; lane += depth / sizeof(int)) { Start(channel)[lane] = unchecked((spec.Bias.IsEmpty ? 0 : spec.Bias.Span[channel]) - zeroPoint * sum); }
        }
    }

    private static int Register => 4 * TDot.Lanes;

    private int PixelsAtOnce => LaneSums<TDot, TVector>.Registers * Register / _spec.InputChannels;

    /// <summary>Whether it is for such a convolution.</summary>
    public static bool Fits(Int8ConvolutionSpec spec) => spec is { Transposed: false, Groups: 1, Residual: null } && spec.OutputChannels <= MostOutputs && spec.InputChannels % sizeof(int) == 0
        && Register % spec.InputChannels == 0 && spec.Window is { Rank: 1 or 2, Taps: > 1 } window && window.Strides.All(static stride => stride == 1) && window.PadsBegin.All(static pad => pad >= 0);

    public override ConvolutionTables Plan(ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize) => new ThinTables(_window, inputSize, outputSize, _spec.InputChannels) { Owner = this };

    public override void Run(ConvolutionTables tables, int batch, ReadOnlySpan<byte> input, ReadOnlySpan<byte> residual, Span<byte> output, WorkerPool? workers)
    {
        LengthCheck.NotNegative(batch);
        tables.RequireOwner(this);
        SpecCheck.Residual(adds: false, residual.Length, 0);
        var map = (ThinTables)tables;
        long outputs = (long)batch * map.Rows * map.Columns * _spec.OutputChannels;
        SpecCheck.Buffers(input.Length, output.Length, (long)batch * map.InputRows * map.InputColumns * _spec.InputChannels, outputs * _elementSize);
        if (outputs == 0) { return; }
        bool share = workers is { Threads: > 1 } && outputs * _spec.Window.Taps * _spec.InputChannels >= WorthSharing;
        int bandRows = share && batch < 4 * workers!.Threads ? Math.Min(map.BandRows, (map.Rows + 3) / 4) : map.BandRows, bands = (map.Rows + bandRows - 1) / bandRows;
        fixed (byte* x = input, y = output)
        {
            Band work = new(this, map, bandRows, bands, x, y);
            if (share) { workers!.Run(work, batch * bands); }
            else
            {
                for (int chunk = 0; chunk < batch * bands; chunk++) { work.Run(chunk); }
            }
        }
        GC.KeepAlive(this);
    }

    private readonly struct Band(ThinInt8Convolution<TDot, TVector> owner, ThinTables map, int bandRows, int bands, byte* x, byte* y) : IChunkedWork
    {
        private readonly byte* _x = x;
        private readonly byte* _y = y;

        public void Run(int chunk)
        {
            (int image, int band) = Math.DivRem(chunk, bands);
            int first = band * bandRows;
            owner.RunBand(map, first, Math.Min(bandRows, map.Rows - first),
                _x + (nint)image * map.InputRows * map.InputColumns * owner._spec.InputChannels, _y + (nint)image * map.Rows * map.Columns * owner._spec.OutputChannels * owner._elementSize);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunBand(ThinTables map, int first, int rows, byte* image, byte* y)
    {
        int depth = _spec.InputChannels, channels = _spec.OutputChannels, pixels = (rows - 1) * map.CopyColumns + map.Columns;
        int blocks = (pixels + PixelsAtOnce - 1) / PixelsAtOnce, sumCount = blocks * PixelsAtOnce + Chunk;
        int copyBytes = (blocks * PixelsAtOnce * depth + map.ReachBytes + sizeof(int) - 1) & -sizeof(int);
        int plane = rows * map.Columns * _elementSize, planes = channels > 1 ? channels * plane : 0;
        byte[] scratch = ArrayPool<byte>.Shared.Rent(copyBytes + sumCount * sizeof(int) + planes);
        fixed (byte* copy = scratch)
        fixed (int* taps = map.TapBytes)
        {
            int* sums = (int*)(copy + copyBytes);
            byte* target = y + (nint)first * map.Columns * channels * _elementSize, written = channels > 1 ? (byte*)(sums + sumCount) : target;
            map.CopyPadded(image, first, rows, copy, (byte)(_spec.InputZeroPoint ^ _flip), _flip);
            for (int channel = 0; channel < channels; channel++)
            {
                LaneSums<TDot, TVector>.Run(copy, taps, _spec.Window.Taps, Weights(channel), Start(channel), blocks, _halvings, sums);
                Write(map, sums, channel, rows, written + channel * plane);
            }
            if (channels > 1) { Interleave(new(written, planes), new(target, planes), channels, rows * map.Columns); }
        }
        ArrayPool<byte>.Shared.Return(scratch);
    }

    private void Write(ThinTables map, int* sums, int channel, int rows, byte* target)
    {
        for (int row = 0; row < rows; row++, sums += map.CopyColumns, target += map.Columns * _elementSize)
        {
            for (int column = 0; column < map.Columns; column += Chunk)
            {
                byte* start = target + column * _elementSize;
                _output.Write<TDot, TVector>(sums + column, 1, channel, new(0, 0, Math.Min(Chunk, map.Columns - column), Chunk), &start);
            }
        }
    }

    private void Interleave(ReadOnlySpan<byte> planes, Span<byte> target, int channels, int pixels)
    {
        if (_elementSize == 1) { ChannelsLast.FromChannelsFirst(planes, target, 1, channels, pixels); }
        else { ChannelsLast.FromChannelsFirst(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(planes), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(target), 1, channels, pixels); }
    }

    private static OutputStage Repeated(OutputStage stage) => stage switch
    {
        QuantizedOutput codes => codes with { Multipliers = Repeated(codes.Multipliers) },
        FloatOutput floats => floats with { Scales = Repeated(floats.Scales) },
        _ => stage,
    };

    private static ImmutableArray<float> Repeated(ImmutableArray<float> values) => [.. values.SelectMany(static value => Enumerable.Repeat(value, Chunk))];

    private sbyte* Weights(int channel) => (sbyte*)_weights.Pointer + (nint)channel * _spec.Window.Taps * Register;

    private int* Start(int channel) => (int*)(_start.Pointer + (nint)channel * Register);
}
