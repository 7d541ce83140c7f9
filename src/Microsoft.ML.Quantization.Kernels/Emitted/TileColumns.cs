namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// The order of columns in the registers of an emitted tile. The packing instructions work on every 128-bit block by itself and take four
/// columns of each register in turn; columns that are stored so come out of them in order.
/// </summary>
internal static class TileColumns
{
    private const int BlockLanes = 4;

    /// <summary>The order of a tile that writes <paramref name="output"/>.</summary>
    public static ColumnOrder Order(OutputKind output) => output is OutputKind.Floats or OutputKind.AddedFloats ? PlainOrder.Slot : Interleaved;

    private static int Interleaved(int width, int column)
    {
        int vectors = width / TileShape.Lanes;
        (int block, int inBlock) = Math.DivRem(column, BlockLanes * vectors);
        (int vector, int lane) = Math.DivRem(inBlock, BlockLanes);
        return vector * TileShape.Lanes + block * BlockLanes + lane;
    }
}
