using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>How emitted tiles cut the output channels of a group.</summary>
internal static class EmittedPanels
{
    private const int Widest = TileShape.MaxVectors * TileShape.Lanes, ThreeVectors = 3 * TileShape.Lanes, TwoVectors = 2 * TileShape.Lanes;

    /// <summary>
    /// Panels of 32 columns for floats: with twelve rows they take the same registers as 64 columns with six, and half the weights from the
    /// second-level cache. Up to 48 columns at the end take one panel.
    /// </summary>
    public static ImmutableArray<Panel> CutFloats(PackedShape shape)
    {
        var panels = ImmutableArray.CreateBuilder<Panel>();
        int perGroup = shape.OutputChannels / shape.Groups;
        for (int channel = 0; channel < shape.OutputChannels;)
        {
            int left = perGroup - channel % perGroup, columns = left > TwoVectors && left <= ThreeVectors ? left : Math.Min(left, TwoVectors);
            panels.Add(new(channel / perGroup, channel, columns, Width(columns)));
            channel += columns;
        }
        return panels.ToImmutable();
    }

    /// <summary>Panels of 64 columns and what is left in a narrower one; multiples of 48 that are not multiples of 64 in panels of 48.</summary>
    public static ImmutableArray<Panel> Cut(PackedShape shape)
    {
        var panels = ImmutableArray.CreateBuilder<Panel>();
        int perGroup = shape.OutputChannels / shape.Groups;
        int wide = perGroup % ThreeVectors == 0 && perGroup % Widest != 0 ? ThreeVectors : Widest;
        for (int channel = 0; channel < shape.OutputChannels;)
        {
            int left = perGroup - channel % perGroup, columns = Math.Min(left, wide);
            panels.Add(new(channel / perGroup, channel, columns, Width(columns)));
            channel += columns;
        }
        return panels.ToImmutable();
    }

    private static int Width(int columns) => (columns + TileShape.Lanes - 1) / TileShape.Lanes * TileShape.Lanes;
}
