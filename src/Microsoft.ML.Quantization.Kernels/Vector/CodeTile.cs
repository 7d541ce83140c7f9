namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What one call of <see cref="CodeTiles{TFloat, TVector, TCodes, TZeroPoints}"/> works on.</summary>
internal unsafe struct CodeTile
{
    /// <summary>The input rows; not used to unfold.</summary>
    public float* Row0, Row1, Row2, Row3;

    /// <summary>The first panel, see <see cref="CodePanels"/>.</summary>
    public byte* Codes;

    /// <summary>Its scales and zero points.</summary>
    public float* Scales;

    /// <summary>Bytes from the codes of one panel to those of the next.</summary>
    public nint PanelBytes;

    /// <summary>Floats from the scales of one panel to those of the next.</summary>
    public nint PanelScales;

    /// <summary>Blocks of a row.</summary>
    public int Blocks;

    /// <summary>Weights of a block.</summary>
    public int BlockSize;

    /// <summary>Sums [rows, panel width] (one row: [panels, panel width]), or weights [k, panel width]; written by the tile.</summary>
    public float* Sums;
}
