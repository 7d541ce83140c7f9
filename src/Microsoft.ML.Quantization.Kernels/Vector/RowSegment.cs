namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Rows of a block that follow one another and read the same rows of the kernel; of the others every tap lies outside the image.</summary>
/// <param name="Count">Rows.</param>
/// <param name="FirstKernelRow">The first row of the kernel, on its outermost axis.</param>
/// <param name="EndKernelRow">After the last.</param>
internal readonly record struct RowSegment(int Count, int FirstKernelRow, int EndKernelRow)
{
    /// <summary>Whether it reads all that another one reads.</summary>
    public bool Reads(RowSegment other) => FirstKernelRow <= other.FirstKernelRow && EndKernelRow >= other.EndKernelRow;

    /// <summary>The same with more rows.</summary>
    public RowSegment Plus(int rows) => this with { Count = Count + rows };
}
