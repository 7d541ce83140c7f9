using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>An output stage in the form emitted tiles take.</summary>
internal sealed unsafe class EmittedOutput
{
    /// <summary>Every float below it converts to an integer.</summary>
    private const double LargestInteger = 1L << 30;

    private static readonly PinnedMemory s_spread = SpreadBytes();

    private readonly PinnedMemory _multipliers;
    private readonly AffineSum? _sum;
    private readonly int[] _offsets;
    private readonly OutputStage _stage;

    /// <param name="spec">A checked specification.</param>
    /// <param name="panels">Its panels.</param>
    /// <param name="sum">How codes are added, where the tiles do it.</param>
    public EmittedOutput(Int8ConvolutionSpec spec, ImmutableArray<Panel> panels, AffineSum? sum = null)
    {
        (_stage, _sum) = (spec.Output, sum);
        ImmutableArray<float> multipliers = _stage is QuantizedOutput codes ? codes.Multipliers : ((FloatOutput)_stage).Scales;
        Kind = sum is not null ? OutputKind.AddedCodes
            : _stage is FloatOutput ? OutputKind.Floats
            : !Fits(spec, multipliers) ? OutputKind.ClampedCodes
            : _stage is QuantizedOutput { Signed: false, Minimum: 0, Maximum: 255 } or QuantizedOutput { Signed: true, Minimum: -128, Maximum: 127 } ? OutputKind.AllCodes
            : OutputKind.Codes;
        _offsets = new int[panels.Length];
        int columns = 0;
        for (int i = 0; i < panels.Length; i++)
        {
            _offsets[i] = columns;
            columns += panels[i].Width;
        }
        _multipliers = new(columns * (long)sizeof(float));
        ColumnOrder order = TileColumns.Order(Kind);
        for (int i = 0; i < panels.Length; i++)
        {
            for (int column = 0; column < panels[i].Columns; column++) { Multipliers(i)[order(panels[i].Width, column)] = multipliers[panels[i].Column + column]; }
        }
    }

    /// <summary>
    /// For vpshufb, a register for each of a row's: the four bytes of every 16 that become its four lanes, whatever the number of registers, once
    /// each 16 bytes begin with the columns of one block (<see cref="TileColumns"/>).
    /// </summary>
    public static byte* Spread => s_spread.Pointer;

    /// <summary>Which tiles write it.</summary>
    public OutputKind Kind { get; }

    /// <summary>The multipliers of one panel.</summary>
    public float* Multipliers(int panel) => (float*)_multipliers.Pointer + _offsets[panel];

    /// <summary>Writes what every panel shares.</summary>
    public void Describe(ref TileCall call)
    {
        if (_stage is FloatOutput floats)
        {
            (call.Low, call.High) = (floats.Minimum, floats.Maximum);
            return;
        }
        var codes = (QuantizedOutput)_stage;
        int unsigned = codes.Signed ? 128 : 0;
        (call.Low, call.High) = (codes.Minimum - codes.ZeroPoint, codes.Maximum - codes.ZeroPoint);
        call.Shift = (uint)(codes.ZeroPoint + unsigned) * 0x0001_0001;
        call.Smallest = (uint)(codes.Minimum + unsigned) * 0x0101_0101;
        call.Largest = (uint)(codes.Maximum + unsigned) * 0x0101_0101;
        call.Flip = (uint)unsigned * 0x0101_0101;
        if (_sum is { } sum) { Describe(ref call, sum); }
    }

    private static void Describe(ref TileCall call, AffineSum sum)
    {
        int unsigned = AffineSum.Unsigned(sum.Output);
        (call.First, call.Second, call.Offset, call.Shift) = (sum.First, sum.Second, sum.Offset, 0);
        call.Smallest = (uint)(sum.Output.Minimum + unsigned) * 0x0101_0101;
        call.Largest = (uint)(sum.Output.Maximum + unsigned) * 0x0101_0101;
        call.Flip = (uint)unsigned * 0x0101_0101;
        call.ResidualFlip = (uint)AffineSum.Unsigned(sum.B) * 0x0101_0101;
        call.Spread = Spread;
    }

    private static PinnedMemory SpreadBytes()
    {
        const int Block = 16, Lane = 4, Bytes = Block * Lane;
        const byte Zero = 0x80;
        var memory = new PinnedMemory(TileShape.MaxVectors * Bytes);
        for (int i = 0; i < TileShape.MaxVectors * Bytes; i++) { memory.Pointer[i] = i % Lane == 0 ? (byte)(i / Bytes * Lane + i % Block / Lane) : Zero; }
        return memory;
    }

    /// <summary>Whether every scaled sum converts to an integer whatever the codes are, so that the limits can wait until it is a byte.</summary>
    private static bool Fits(Int8ConvolutionSpec spec, ImmutableArray<float> multipliers)
    {
        for (int channel = 0; channel < multipliers.Length; channel++)
        {
            (long smallest, long largest) = Int8Accumulator.Bounds(spec, channel);
            if (Math.Max(-(double)smallest, largest) * Math.Abs((double)multipliers[channel]) >= LargestInteger) { return false; }
        }
        return true;
    }
}
