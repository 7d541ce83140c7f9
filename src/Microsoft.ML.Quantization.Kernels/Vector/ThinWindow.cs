namespace Microsoft.ML.Quantization.Kernels;

/// <summary>A window over one or two axes with steps of 1; over one axis the rows are one.</summary>
internal readonly record struct ThinWindow(int Rank, int KernelRows, int KernelColumns, int RowDilation, int ColumnDilation, int RowPad, int ColumnPad)
{
    public ThinWindow(ConvolutionWindow window) : this(
        window.Rank, window.Rank > 1 ? window.Kernel[0] : 1, window.Kernel[^1], window.Rank > 1 ? window.Dilations[0] : 1, window.Dilations[^1], window.Rank > 1 ? window.PadsBegin[0] : 0, window.PadsBegin[^1])
    {
    }

    /// <summary>Rows that a window reaches beyond its first.</summary>
    public int MoreRows => (KernelRows - 1) * RowDilation;

    /// <summary>Columns that a window reaches beyond its first.</summary>
    public int MoreColumns => (KernelColumns - 1) * ColumnDilation;
}
