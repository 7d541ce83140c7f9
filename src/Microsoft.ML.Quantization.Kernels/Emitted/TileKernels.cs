namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// The emitted tiles of one width, input and output. A tile is emitted when it is first run, once for the process, and stays.
/// </summary>
internal sealed class TileKernels
{
    private const int Inputs = 3;

    private static readonly TileKernels[] s_all =
    [
        .. from output in Enum.GetValues<OutputKind>()
           from input in Enum.GetValues<TileInput>()
           from vectors in Enumerable.Range(1, TileShape.MaxVectors)
           select new TileKernels(new(1, vectors, input, output), TileShape.MaxRows(vectors, input)),
    ];

    /// <summary>The tile of one row of floats over several panels.</summary>
    public static TileKernels Wide { get; } = new(new(1, TileShape.WideVectors, TileInput.Floats, OutputKind.Floats), 1);

    private readonly Lock _emitting = new();
    private readonly TileShape _shape;
    private readonly nint[] _tiles;

    private TileKernels(TileShape shape, int maxRows) => (_shape, _tiles) = (shape, new nint[maxRows + 1]);

    /// <summary>The tiles of one kind.</summary>
    public static TileKernels Of(int vectors, TileInput input, OutputKind output) => s_all[((int)output * Inputs + (int)input) * TileShape.MaxVectors + vectors - 1];

    /// <summary>Rows of the tallest.</summary>
    public int MaxRows => _tiles.Length - 1;

    /// <summary>The address of the tile of a number of rows.</summary>
    public nint this[int rows]
    {
        get
        {
            nint tile = Volatile.Read(ref _tiles[rows]);
            return tile != 0 ? tile : Emit(rows);
        }
    }

    private nint Emit(int rows)
    {
        lock (_emitting)
        {
            if (_tiles[rows] == 0) { Volatile.Write(ref _tiles[rows], EmittedFunction.Emit(code => TileEmitter.Write(code, _shape with { Rows = rows }))); }
            return _tiles[rows];
        }
    }
}
