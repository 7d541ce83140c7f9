namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// The emitted tiles of one width, input and output. A tile is emitted when it is first run, once for the process, and stays.
/// </summary>
internal sealed class TileKernels
{
    private const int Inputs = 3, Outputs = 6;

    private static readonly TileKernels[] s_all = All();

    private readonly EmittedTable _tiles;

    private TileKernels(TileShape shape, int maxRows) =>
        (MaxRows, _tiles) = (maxRows, new(maxRows + 1, (code, rows) => TileEmitter.Write(code, shape with { Rows = rows })));

    private static TileKernels Wide { get; } = new(new(1, TileShape.WideVectors, TileInput.Floats, OutputKind.Floats), 1);

    private static TileKernels WideAdded { get; } = new(new(1, TileShape.WideVectors, TileInput.Floats, OutputKind.AddedFloats), 1);

    /// <summary>Rows of the tallest.</summary>
    public int MaxRows { get; }

    /// <summary>The tiles of one kind.</summary>
    public static TileKernels Of(int vectors, TileInput input, OutputKind output) => s_all[((int)output * Inputs + (int)input) * TileShape.MaxVectors + vectors - 1];

    /// <summary>The tile of one row of floats over several panels.</summary>
    public static TileKernels WideOf(OutputKind output) => output == OutputKind.AddedFloats ? WideAdded : Wide;

    /// <summary>The address of the tile of a number of rows.</summary>
    public nint this[int rows] => _tiles[rows];

    private static TileKernels[] All()
    {
        var all = new TileKernels[Outputs * Inputs * TileShape.MaxVectors];
        for (int i = 0; i < all.Length; i++)
        {
            int vectors = i % TileShape.MaxVectors + 1;
            TileInput input = (TileInput)(i / TileShape.MaxVectors % Inputs);
            all[i] = new(new(1, vectors, input, (OutputKind)(i / TileShape.MaxVectors / Inputs)), TileShape.MaxRows(vectors, input));
        }
        return all;
    }
}
