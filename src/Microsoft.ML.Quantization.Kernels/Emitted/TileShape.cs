namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What distinguishes one emitted tile from another.</summary>
/// <param name="Rows">Input rows of one tile, 1 to <see cref="MaxRows"/>.</param>
/// <param name="Vectors">Registers of <see cref="Lanes"/> columns, 1 to <see cref="MaxVectors"/>.</param>
/// <param name="SignedInput">Whether the input codes are int8.</param>
/// <param name="Output">What it writes.</param>
internal readonly record struct TileShape(int Rows, int Vectors, bool SignedInput, OutputKind Output)
{
    /// <summary>int32 lanes of one register.</summary>
    public const int Lanes = 16;

    /// <summary>Columns of the widest tile in registers.</summary>
    public const int MaxVectors = 4;

    /// <summary>Sums that wait for each other below this many: two instructions start in a cycle and a result takes up to five.</summary>
    private const int EnoughSums = 10;

    /// <summary>Registers for sums and weights; two more hold the input and the sign bits.</summary>
    public const int FreeRegisters = 30;

    /// <summary>Sums of one tile.</summary>
    public int Sums => Rows * Vectors;

    /// <summary>Independent copies of the sums, added up at the end.</summary>
    public int Copies => Sums < EnoughSums && 2 * Sums + Vectors <= FreeRegisters ? 2 : 1;

    /// <summary>Rows of the tallest tile of a width: 24 sums, or as many as there are registers for row pointers.</summary>
    public static int MaxRows(int vectors) => vectors switch { 4 => 6, 3 => 8, _ => 12 };
}
