namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What one call of a micro-kernel works on: a few rows of the input against one panel of packed weights.</summary>
internal unsafe struct Tile
{
    /// <summary>[taps, RowStride] pointers to input pixels; the tile takes the first few of each tap.</summary>
    public byte** Rows;

    /// <summary>Pointers from one tap to the next.</summary>
    public nint RowStride;

    /// <summary>Bytes from a row pointer to the first channel of the group.</summary>
    public nint Offset;

    /// <summary>The panel, see the packing classes.</summary>
    public byte* Weights;

    /// <summary>Bytes from one panel to the next.</summary>
    public nint PanelStride;

    /// <summary>Taps of the window, 1 or more.</summary>
    public nint Taps;

    /// <summary>Bytes read at each tap: a multiple of 4, 4 or more.</summary>
    public nint Depth;

    /// <summary>Where the sums start (integers only), one for each column of the panel.</summary>
    public int* Start;

    /// <summary>[rows, panel width] sums, written by the tile.</summary>
    public void* Sums;
}
