namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// The emitted tiles of one width, input sign and output. A tile is emitted when it is first run, once for the process, and stays.
/// </summary>
internal sealed class TileKernels
{
    private static readonly TileKernels[] s_all =
    [
        .. from output in Enum.GetValues<OutputKind>()
           from signed in new[] { false, true }
           from vectors in Enumerable.Range(1, TileShape.MaxVectors)
           select new TileKernels(new(1, vectors, signed, output)),
    ];

    private readonly Lock _emitting = new();
    private readonly TileShape _shape;
    private readonly nint[] _tiles;

    private TileKernels(TileShape shape) => (_shape, _tiles) = (shape, new nint[TileShape.MaxRows(shape.Vectors) + 1]);

    /// <summary>The tiles of one kind.</summary>
    public static TileKernels Of(int vectors, bool signedInput, OutputKind output) => s_all[((int)output * 2 + (signedInput ? 1 : 0)) * TileShape.MaxVectors + vectors - 1];

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
