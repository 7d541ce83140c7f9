namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What distinguishes one emitted tile from another.</summary>
/// <param name="Rows">Input rows of one tile, 1 to <see cref="MaxRows"/>.</param>
/// <param name="Vectors">Registers of <see cref="Lanes"/> columns, 1 to <see cref="MaxVectors"/>; for one row of floats also <see cref="WideVectors"/>.</param>
/// <param name="Input">What it reads.</param>
/// <param name="Output">What it writes.</param>
internal readonly record struct TileShape(int Rows, int Vectors, TileInput Input, OutputKind Output)
{
    /// <summary>int32 lanes of one register.</summary>
    public const int Lanes = 16;

    /// <summary>Columns of the widest tile in registers.</summary>
    public const int MaxVectors = 4;

    /// <summary>Registers of columns of a tile over <see cref="WidePanels"/> neighbouring panels. Two sums of a single row would wait for each other.</summary>
    public const int WideVectors = 8;

    /// <summary>Panels of such a tile, of two registers each.</summary>
    public const int WidePanels = 4;

    /// <summary>Sums that wait for each other below this many: two instructions start in a cycle and a result takes up to five.</summary>
    private const int EnoughSums = 10;

    /// <summary>Registers for sums and weights; two more hold the input and the sign bits.</summary>
    public const int FreeRegisters = 30;

    /// <summary>Whether it fetches other memory into the cache meanwhile.</summary>
    public bool Fetches { get; init; } = Input == TileInput.Floats;

    /// <summary>Sums of one tile.</summary>
    public int Sums => Rows * Vectors;

    /// <summary>Independent copies of the sums, added up at the end. Sums of floats have one order and so one copy.</summary>
    public int Copies => Input != TileInput.Floats && Sums < EnoughSums && 2 * Sums + Vectors <= FreeRegisters ? 2 : 1;

    /// <summary>Rows of the tallest tile of a width: 24 sums, or as many as there are registers for row pointers (floats need one to fetch ahead).</summary>
    public static int MaxRows(int vectors, TileInput input) => vectors switch { 4 => 6, 3 => 8, WideVectors => 1, _ => input == TileInput.Floats ? 11 : 12 };
}
