using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// What one call of an emitted tile works on. It lies on the caller's stack and emitted code reads it at these offsets; emitted code also
/// changes <see cref="Rows"/>, <see cref="Outputs"/>, <see cref="Tiles"/> and the last two.
/// </summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct TileCall
{
    public const int RowsAt = 0, TapBytesAt = 8, AdvanceAt = 16, PairsAt = 24, OddStepAt = 32, WeightsAt = 40, TapsAt = 48, StartAt = 56,
        MultipliersAt = 64, OutputsAt = 72, OutputOffsetAt = 80, TilesAt = 88, ColumnsAt = 96, PartialAt = 104, LowAt = 112, HighAt = 116,
        ShiftAt = 120, SmallestAt = 124, LargestAt = 128, FlipAt = 132, SignBitsAt = 136, TapAt = 144, TapsLeftAt = 152,
        ConfigurationAt = 160, InputStrideAt = 168, StepsAt = 176, SumsAt = 184, BlockRowsAt = 192, PanelBytesAt = 200, AheadAt = 208, AheadEndAt = 216, ToResidualAt = 224,
        FirstAt = 232, SecondAt = 236, OffsetAt = 240, ResidualFlipAt = 244, SpreadAt = 248;

    /// <summary>The usual <see cref="SignBits"/>.</summary>
    public const uint AllSignBits = 0x8080_8080;

    /// <summary>[taps, rows] pointers to input pixels, at the first row of the first tile.</summary>
    [FieldOffset(RowsAt)] public byte** Rows;

    /// <summary>Bytes of <see cref="Rows"/> from one tap to the next.</summary>
    [FieldOffset(TapBytesAt)] public nint TapBytes;

    /// <summary>Added to a row pointer: the first channel of the group, less <see cref="Pairs"/>.</summary>
    [FieldOffset(AdvanceAt)] public nint Advance;

    /// <summary>Minus the bytes of a tap that are read eight at a time; 0 when there are fewer than eight.</summary>
    [FieldOffset(PairsAt)] public nint Pairs;

    /// <summary>Not 0 when four more bytes follow.</summary>
    [FieldOffset(OddStepAt)] public nint OddStep;

    /// <summary>The panel, see <see cref="Int8Panels"/>.</summary>
    [FieldOffset(WeightsAt)] public sbyte* Weights;

    /// <summary>Taps, 1 or more.</summary>
    [FieldOffset(TapsAt)] public nint Taps;

    /// <summary>Where the sums start, one for each column.</summary>
    [FieldOffset(StartAt)] public int* Start;

    /// <summary>Multipliers of the sums, one for each column; for floats the bias.</summary>
    [FieldOffset(MultipliersAt)] public float* Multipliers;

    /// <summary>Where each row's output pixel starts.</summary>
    [FieldOffset(OutputsAt)] public byte** Outputs;

    /// <summary>Bytes from there to the first column.</summary>
    [FieldOffset(OutputOffsetAt)] public nint OutputOffset;

    /// <summary>Tiles one below the other, 1 or more.</summary>
    [FieldOffset(TilesAt)] public nint Tiles;

    /// <summary>A bit for each column to write.</summary>
    [FieldOffset(ColumnsAt)] public ulong Columns;

    /// <summary>Not 0 when some columns are not to be written.</summary>
    [FieldOffset(PartialAt)] public nint Partial;

    /// <summary>Smallest scaled sum (code less zero point, or float).</summary>
    [FieldOffset(LowAt)] public float Low;

    /// <summary>Largest scaled sum.</summary>
    [FieldOffset(HighAt)] public float High;

    /// <summary>The zero point as a code in 0..255, twice as int16.</summary>
    [FieldOffset(ShiftAt)] public uint Shift;

    /// <summary>The smallest code as a code in 0..255, four times.</summary>
    [FieldOffset(SmallestAt)] public uint Smallest;

    /// <summary>The largest code as a code in 0..255, four times.</summary>
    [FieldOffset(LargestAt)] public uint Largest;

    /// <summary>The bits that turn codes in 0..255 into the codes to write.</summary>
    [FieldOffset(FlipAt)] public uint Flip;

    /// <summary>The bits that turn int8 codes of the input into uint8 codes that are 128 larger.</summary>
    [FieldOffset(SignBitsAt)] public uint SignBits;

    /// <summary>For emitted code: the rows of the current tap.</summary>
    [FieldOffset(TapAt)] public byte** Tap;

    /// <summary>For emitted code: taps not yet done.</summary>
    [FieldOffset(TapsLeftAt)] public nint TapsLeft;

    /// <summary>For tile registers: their sizes. <see cref="Rows"/> is then the first input row itself.</summary>
    [FieldOffset(ConfigurationAt)] public AmxConfiguration* Configuration;

    /// <summary>For tile registers: bytes from one input row to the next.</summary>
    [FieldOffset(InputStrideAt)] public nint InputStride;

    /// <summary>For tile registers: steps of k.</summary>
    [FieldOffset(StepsAt)] public nint Steps;

    /// <summary>For tile registers: room for the sums of one block.</summary>
    [FieldOffset(SumsAt)] public int* Sums;

    /// <summary>For tile registers: rows of one block.</summary>
    [FieldOffset(BlockRowsAt)] public nint BlockRows;

    /// <summary>For tiles over several panels: bytes from one to the next.</summary>
    [FieldOffset(PanelBytesAt)] public nint PanelBytes;

    /// <summary>Weights of the next panel, or other memory, to fetch into the cache meanwhile. Emitted code moves it on.</summary>
    [FieldOffset(AheadAt)] public byte* Ahead;

    /// <summary>For floats: where they end.</summary>
    [FieldOffset(AheadEndAt)] public byte* AheadEnd;

    /// <summary>Bytes from an output to what is added to it.</summary>
    [FieldOffset(ToResidualAt)] public nint ToResidual;

    /// <summary>For sums of codes: <see cref="AffineSum.First"/>.</summary>
    [FieldOffset(FirstAt)] public float First;

    /// <summary>For sums of codes: <see cref="AffineSum.Second"/>.</summary>
    [FieldOffset(SecondAt)] public float Second;

    /// <summary>For sums of codes: <see cref="AffineSum.Offset"/>.</summary>
    [FieldOffset(OffsetAt)] public float Offset;

    /// <summary>For sums of codes: the bits that turn codes of the residual into codes in 0..255.</summary>
    [FieldOffset(ResidualFlipAt)] public uint ResidualFlip;

    /// <summary>For sums of codes: for each register of columns the bytes of a row that its lanes take, see <see cref="EmittedOutput.Spread"/>.</summary>
    [FieldOffset(SpreadAt)] public byte* Spread;
}
