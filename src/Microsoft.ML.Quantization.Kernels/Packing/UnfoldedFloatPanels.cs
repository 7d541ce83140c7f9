namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Panels that are made from codes each time they are asked for, in memory that stays in the second-level cache.</summary>
/// <param name="codes">The codes.</param>
/// <param name="unfold">What makes floats of a panel.</param>
internal sealed unsafe class UnfoldedFloatPanels(CodePanels codes, delegate*<CodeTile*, void> unfold) : FloatPanels(1, codes.Blocks * codes.BlockSize, codes.Width)
{
    // Of floats, which are made anew for every block of rows.
    public override long AllBytes => (long)PanelBytes * codes.Count;

    public override int ScratchBytes => checked((int)PanelBytes);

    public override byte* Weights(int panel, byte* scratch)
    {
        CodeTile tile = codes.Tile(panel);
        tile.Sums = (float*)scratch;
        unfold(&tile);
        return scratch;
    }

    public override (nint Start, nint Bytes) Stored(int panel) => ((nint)codes.Codes(panel), codes.PanelBytes);
}
