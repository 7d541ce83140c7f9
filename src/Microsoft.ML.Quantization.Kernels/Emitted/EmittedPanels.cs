using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>How emitted tiles cut the output channels of a group.</summary>
internal static class EmittedPanels
{
    private const int Widest = TileShape.MaxVectors * TileShape.Lanes, ThreeVectors = 3 * TileShape.Lanes, TwoVectors = 2 * TileShape.Lanes;

    /// <summary>A panel of 64 columns and more bytes of k than this does not stay in the first-level cache beside the input.</summary>
    private const int DeepestOfWidest = 512;

    /// <summary>
    /// Panels of 64 columns and what is left in a narrower one; multiples of 48 that are not multiples of 64 in panels of 48. Tile registers
    /// are fast enough to wait for the second-level cache, so deep panels for them have 32 columns.
    /// </summary>
    public static ImmutableArray<Panel> Cut(PackedShape shape, bool onTileRegisters)
    {
        var panels = ImmutableArray.CreateBuilder<Panel>();
        int perGroup = shape.OutputChannels / shape.Groups;
        int wide = onTileRegisters && shape.Window.Taps * shape.Depth > DeepestOfWidest ? TwoVectors
            : perGroup % ThreeVectors == 0 && perGroup % Widest != 0 ? ThreeVectors : Widest;
        for (int channel = 0; channel < shape.OutputChannels;)
        {
            int left = perGroup - channel % perGroup, columns = Math.Min(left, wide);
            int width = (columns + TileShape.Lanes - 1) / TileShape.Lanes * TileShape.Lanes;
            panels.Add(new(channel / perGroup, channel, columns, width));
            channel += columns;
        }
        return panels.ToImmutable();
    }
}
