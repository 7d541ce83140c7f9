namespace Microsoft.ML.Quantization.Kernels;

/// <summary>How the codes of <see cref="CodePanels"/> become floats. A group is what one load brings for each column: codes that follow one another in k.</summary>
internal unsafe interface IWeightCodes<TVector> where TVector : struct
{
    /// <summary>Codes of a group in one column.</summary>
    static abstract int PerGroup { get; }

    /// <summary>Bytes of a group in one column.</summary>
    static abstract int GroupBytes { get; }

    /// <summary>What <see cref="First"/> wants to be given.</summary>
    static abstract TVector Table { get; }

    /// <summary>A group of as many columns as there are lanes.</summary>
    static abstract TVector Load(byte* source);

    /// <summary>The first code of the group as a float.</summary>
    static abstract TVector First(TVector table, TVector group);

    /// <summary>The group without its first code.</summary>
    static abstract TVector Rest(TVector group);
}

/// <summary>8 bits: a group is one code, which loads as a float.</summary>
internal readonly unsafe struct ByteCodes<TFloat, TVector> : IWeightCodes<TVector>
    where TFloat : struct, IFloatVector<TVector>
    where TVector : struct
{
    public static int PerGroup => 1;

    public static int GroupBytes => 1;

    public static TVector Table => default;

    public static TVector Load(byte* source) => TFloat.FromBytes((sbyte*)source);

    public static TVector First(TVector table, TVector group) => group;

    public static TVector Rest(TVector group) => group;
}

/// <summary>4 bits: a group is a word of eight codes.</summary>
internal readonly unsafe struct NibbleCodes<TFloat, TVector> : IWeightCodes<TVector>
    where TFloat : struct, IFloatVector<TVector>
    where TVector : struct
{
    public static int PerGroup => CodePanels.PerWord;

    public static int GroupBytes => sizeof(uint);

    public static TVector Table => TFloat.NibbleTable;

    public static TVector Load(byte* source) => TFloat.Load((float*)source);

    public static TVector First(TVector table, TVector group) => TFloat.FromNibble(table, group);

    public static TVector Rest(TVector group) => TFloat.NextNibble(group);
}
