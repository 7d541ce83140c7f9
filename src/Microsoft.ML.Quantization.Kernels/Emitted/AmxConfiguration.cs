namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The sizes of the tile registers, in the form the processor loads: sums in the first four, input in two, weights in two.</summary>
internal unsafe struct AmxConfiguration
{
    private const int Bytes = 64, WidthsAt = 16, RowsAt = 48, Tiles = 8, Palette = 1;

    private fixed byte _bytes[Bytes];

    /// <summary>The sizes for blocks of <paramref name="rows"/> input rows, 1 to 32.</summary>
    public AmxConfiguration(int rows)
    {
        _bytes[0] = Palette;
        int first = Math.Min(rows, AmxTileEmitter.TileRows), second = rows - first;
        for (int tile = 0; tile < Tiles; tile++)
        {
            // Sums lie [input tile, column tile]; with one input tile the second pair is not used.
            int tileRows = tile switch { 0 or 1 or 4 => first, 2 or 3 or 5 => Math.Max(1, second), _ => AmxTileEmitter.TileRows };
            _bytes[WidthsAt + 2 * tile] = AmxTileEmitter.StepBytes;
            _bytes[RowsAt + tile] = (byte)tileRows;
        }
    }
}
