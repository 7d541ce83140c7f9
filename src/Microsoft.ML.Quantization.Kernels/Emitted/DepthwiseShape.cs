namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What distinguishes one emitted depthwise kernel from another.</summary>
/// <param name="Rows">Rows of the window whose columns stay in registers from one output pixel to the next; 0 when none do.</param>
/// <param name="Columns">Columns of the window, when some stay.</param>
/// <param name="Stride">Columns from one output pixel to the next.</param>
/// <param name="OtherTaps">Taps after those, read anew for every pixel.</param>
/// <param name="SignedInput">Whether the input codes are int8.</param>
/// <param name="Output">What it writes: codes.</param>
/// <param name="Length">Bytes of its registers. In 16 or 32 they hold as many channels, for which three instructions start in a cycle instead of two, and loads meet fewer ends of cache lines.</param>
internal readonly record struct DepthwiseShape(int Rows, int Columns, int Stride, int OtherTaps, bool SignedInput, OutputKind Output, VectorLength Length = VectorLength.Bytes64)
{
    /// <summary>Taps that one instruction sums.</summary>
    public const int Quad = 4;

    /// <summary>Channels of one pass at most.</summary>
    public const int Channels = 64;

    private const int MaxColumns = 5, MaxOtherTaps = 64;

    /// <summary>Channels that a kernel of a length computes.</summary>
    public static int ChannelsOf(VectorLength length) => Channels >> (VectorLength.Bytes64 - length);

    /// <summary>The same kernel for a number of channels up to <see cref="Channels"/>, in the shortest registers that hold them.</summary>
    public DepthwiseShape For(int channels) =>
        this with { Length = channels <= ChannelsOf(VectorLength.Bytes16) ? VectorLength.Bytes16 : channels <= ChannelsOf(VectorLength.Bytes32) ? VectorLength.Bytes32 : VectorLength.Bytes64 };

    /// <summary>Quads of taps: the kept columns, then the others in order.</summary>
    public int Quads => (Rows > 0 ? Columns : 0) + (OtherTaps + Quad - 1) / Quad;

    /// <summary>The kernel for a window, or null when it has too many taps.</summary>
    public static DepthwiseShape? Of(ConvolutionWindow window, bool signedInput, OutputKind output)
    {
        int columns = window.Rank == 0 ? 1 : window.Kernel[^1], rows = window.Taps / columns;
        bool keeps = window.Rank is 1 or 2 && window.Dilations[^1] == 1 && columns <= MaxColumns && window.Strides[^1] < columns;
        int kept = keeps ? Math.Min(Quad, rows) : 0;
        int others = window.Taps - kept * columns;
        return others <= MaxOtherTaps ? new(kept, kept > 0 ? columns : 0, kept > 0 ? window.Strides[^1] : 1, others, signedInput, output) : null;
    }

    /// <summary>The quad of a tap and its place there.</summary>
    public (int Quad, int Place) Place(int tap) => tap < Rows * Columns
        ? (tap % Columns, tap / Columns)
        : (Columns + (tap - Rows * Columns) / Quad, (tap - Rows * Columns) % Quad);
}
