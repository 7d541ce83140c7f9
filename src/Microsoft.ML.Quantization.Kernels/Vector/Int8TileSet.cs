namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The tiles of one width, by height. Where a height is missing the next one serves: rows after the last may be read, and their sums are dropped.</summary>
internal sealed unsafe class Int8TileSet
{
    private readonly delegate*<Tile*, void>[] _byRows;

    private Int8TileSet(delegate*<Tile*, void>[] byRows) => _byRows = byRows;

    /// <summary>Rows of the tallest tile.</summary>
    public int MaxRows => _byRows.Length - 1;

    /// <summary>The tile for a number of rows, 1 to <see cref="MaxRows"/>.</summary>
    public delegate*<Tile*, void> this[int rows] => _byRows[rows];

    /// <summary>The tiles of one to four registers of columns.</summary>
    public static Int8TileSet Of<TDot, TVector, TFlips>(int vectors)
        where TDot : struct, IInt8Dot<TVector>
        where TVector : struct
        where TFlips : struct, IFlag
    {
        switch (vectors)
        {
            case 4:
                return new([null, &Int8Tiles<TDot, TVector, TFlips>.Row<Four>, &Int8Tiles<TDot, TVector, TFlips>.Rows<Two, Four>,
                    &Int8Tiles<TDot, TVector, TFlips>.Rows<Three, Four>, &Int8Tiles<TDot, TVector, TFlips>.Rows<Four, Four>]);
            case 3:
                delegate*<Tile*, void> three = &Int8Tiles<TDot, TVector, TFlips>.Rows<Three, Three>, five = &Int8Tiles<TDot, TVector, TFlips>.Rows<Five, Three>;
                return new([null, &Int8Tiles<TDot, TVector, TFlips>.Row<Three>, three, three, five, five]);
            case 2:
                delegate*<Tile*, void> half = &Int8Tiles<TDot, TVector, TFlips>.Rows<Three, Two>, whole = &Int8Tiles<TDot, TVector, TFlips>.Rows<Six, Two>;
                return new([null, &Int8Tiles<TDot, TVector, TFlips>.Row<Two>, half, half, whole, whole, whole]);
            default:
                delegate*<Tile*, void> six = &Int8Tiles<TDot, TVector, TFlips>.Rows<Six, One>;
                return new([null, &Int8Tiles<TDot, TVector, TFlips>.Row<One>, six, six, six, six, six]);
        }
    }
}
