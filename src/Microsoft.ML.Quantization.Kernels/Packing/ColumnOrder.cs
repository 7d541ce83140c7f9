namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Where a panel of <paramref name="width"/> columns keeps a column: the order in which an engine's registers hold them.</summary>
internal delegate int ColumnOrder(int width, int column);

/// <summary>The order of engines that have no reason for another.</summary>
internal static class PlainOrder
{
    /// <summary>Columns in order.</summary>
    public static int Slot(int width, int column) => column;
}
