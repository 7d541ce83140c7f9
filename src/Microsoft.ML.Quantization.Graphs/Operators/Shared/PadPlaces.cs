using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Which input element each position of a padded axis has.</summary>
internal static class PadPlaces
{
    /// <summary>Refuses an unknown mode.</summary>
    public static void Check(InferenceSite site)
    {
        string mode = site.Attributes.String("mode", "constant");
        if (mode is not ("constant" or "edge" or "reflect" or "wrap")) { throw site.Refuse($"mode '{mode}' is not supported; use constant, edge, reflect or wrap"); }
    }

    /// <summary>Refuses padding that has no element to take.</summary>
    public static void CheckReach(InferenceSite site, Dimension size, long before, long behind)
    {
        if (size.Size == 0 && (before > 0 || behind > 0) && site.Attributes.String("mode", "constant") != "constant") { throw site.Refuse("it pads an axis without elements by its elements; expected mode = constant"); }
    }

    /// <summary>For each axis the input index of each output index, −1 for the value; null for an axis that is not padded.</summary>
    public static int[]?[] Of(StepCall call, Shape input, Shape output)
    {
        var places = new int[]?[output.Rank];
        ImmutableArray<long> pads = call.Setting("pads", 1)!.Value;
        ImmutableArray<long> axes = call.Setting("axes", 3) ?? [.. Enumerable.Range(0, input.Rank).Select(axis => (long)axis)];
        string mode = call.Attributes.String("mode", "constant");
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = Axes.FromFront(axes[i], input.Rank), size = input[axis];
            // Negative pads cut first; padding then takes from what is left.
            int cut = (int)Math.Max(0, -pads[i]), left = size - cut - (int)Math.Max(0, -pads[i + axes.Length]);
            int[] table = places[axis] = new int[output[axis]];
            for (int k = 0; k < table.Length; k++)
            {
                int place = Place(k - (int)Math.Max(0, pads[i]), left, mode);
                table[k] = place < 0 ? -1 : place + cut;
            }
        }
        return places;
    }

    private static int Place(int index, int size, string mode)
    {
        if ((uint)index < (uint)size) { return index; }
        switch (mode)
        {
            case "edge": return Math.Clamp(index, 0, size - 1);
            case "wrap": return (index % size + size) % size;
            case "reflect":
                int period = Math.Max(1, 2 * (size - 1)), folded = (index % period + period) % period;
                return folded < size ? folded : period - folded;
            default: return -1;
        }
    }
}
