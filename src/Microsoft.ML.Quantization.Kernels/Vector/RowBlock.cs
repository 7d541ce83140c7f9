namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Output pixels that follow one another, with pointers to what they read and write.</summary>
internal readonly unsafe struct RowBlock(byte** rows, nint stride, int count, byte** outputs, nint toResidual, int column, int width, byte* ahead, nint aheadBytes, bool backwards, byte* scratch)
{
    /// <summary>[taps, <see cref="Stride"/>] input pointers; some rows after the last may be read.</summary>
    public readonly byte** Rows = rows;

    /// <summary>Pointers from tap to tap.</summary>
    public readonly nint Stride = stride;

    /// <summary>Output pixels.</summary>
    public readonly int Count = count;

    /// <summary>The first output channel of each.</summary>
    public readonly byte** Outputs = outputs;

    /// <summary>Bytes from an output to what is added to it.</summary>
    public readonly nint ToResidual = toResidual;

    /// <summary>Where the first pixel stands on the innermost spatial axis.</summary>
    public readonly int Column = column;

    /// <summary>Output pixels on that axis.</summary>
    public readonly int Width = width;

    /// <summary>The rows cut where other taps begin; null when all of them read all taps.</summary>
    public RowSegment* Segments { get; init; }

    /// <summary>How many there are.</summary>
    public int SegmentCount { get; init; }

    /// <summary>The input of the next block.</summary>
    public readonly byte* Ahead = ahead;

    /// <summary>Its bytes; 0 when the next block is not known.</summary>
    public readonly nint AheadBytes = aheadBytes;

    /// <summary>Whether panels are best taken from the last to the first: the pass over the weights before this one went forwards and left the last in the cache.</summary>
    public readonly bool Backwards = backwards;

    /// <summary><see cref="IndirectConvolution.ScratchBytes"/> bytes that start at a cache line.</summary>
    public readonly byte* Scratch = scratch;
}
