namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// The emitted tiles of one width, input and output. A tile is emitted when it is first run, once for the process, and stays.
/// </summary>
internal sealed class TileKernels
{
    private const int Inputs = 3, Widths = TileShape.MaxVectors + 1, Outputs = 6;

    private static readonly TileKernels[] s_all = All();

    private readonly EmittedTable _tiles;

    private TileKernels(TileShape shape, int maxRows) =>
        (MaxRows, _tiles) = (maxRows, new(maxRows + 1, (code, rows) => TileEmitter.Write(code, shape with { Rows = rows })));

    private static TileKernels Wide { get; } = new(new(1, TileShape.WideVectors, TileInput.Floats, OutputKind.Floats), 1);

    private static TileKernels WideAdded { get; } = new(new(1, TileShape.WideVectors, TileInput.Floats, OutputKind.AddedFloats), 1);

    /// <summary>Rows of the tallest.</summary>
    public int MaxRows { get; }

    /// <summary>The tiles of one kind.</summary>
    /// <param name="vectors">Registers of columns.</param>
    /// <param name="input">What they read.</param>
    /// <param name="output">What they write.</param>
    /// <param name="fetches">Whether tiles of codes fetch the weights of the next panel meanwhile; only the widest do, which have a register for that and the time.</param>
    public static TileKernels Of(int vectors, TileInput input, OutputKind output, bool fetches = false) =>
        s_all[((int)output * Inputs + (int)input) * Widths + (fetches && vectors == TileShape.MaxVectors ? vectors : vectors - 1)];

    /// <summary>The tile of one row of floats over several panels.</summary>
    public static TileKernels WideOf(OutputKind output) => output == OutputKind.AddedFloats ? WideAdded : Wide;

    /// <summary>The address of the tile of a number of rows.</summary>
    public nint this[int rows] => _tiles[rows];

    private static TileKernels[] All()
    {
        var all = new TileKernels[Outputs * Inputs * Widths];
        for (int i = 0; i < all.Length; i++)
        {
            int vectors = Math.Min(i % Widths + 1, TileShape.MaxVectors);
            TileInput input = (TileInput)(i / Widths % Inputs);
            TileShape shape = new(1, vectors, input, (OutputKind)(i / Widths / Inputs));
            all[i] = new(i % Widths == TileShape.MaxVectors ? shape with { Fetches = true } : shape, TileShape.MaxRows(vectors, input));
        }
        return all;
    }
}
