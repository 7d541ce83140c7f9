using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The checks that shape inference shares. Each refuses with the node's name and what was expected.</summary>
internal static class SiteChecks
{
    private const int MaximumRank = 32;
    private const int LongestSetting = 1 << 16;

    /// <summary>The fact of a required input of one of <paramref name="types"/>.</summary>
    public static TensorFact Input(this InferenceSite site, int index, params ReadOnlySpan<ElementType> types)
    {
        TensorFact fact = site.Input(index);
        return types.Contains(fact.Type) ? fact : throw site.Refuse($"input {index} is {fact}; expected {Names(types)}");

        static string Names(ReadOnlySpan<ElementType> types)
        {
            var names = new string[types.Length];
            for (int i = 0; i < types.Length; i++) { names[i] = types[i].Name(); }
            return string.Join(" or ", names);
        }
    }

    /// <summary>The fact of a required float32 input.</summary>
    public static TensorFact Float(this InferenceSite site, int index) => Input(site, index, ElementType.Float32);

    /// <summary>Refuses an input that has another number of axes.</summary>
    public static TensorFact WithRank(this TensorFact fact, InferenceSite site, int index, int fewest, int most)
    {
        if (fact.Rank >= fewest && fact.Rank <= most) { return fact; }
        string expected = most == fewest ? $"{fewest}" : most == int.MaxValue ? $"at least {fewest}" : $"{fewest} to {most}";
        throw site.Refuse($"input {index} is {fact} and has {fact.Rank} axes; expected {expected}");
    }

    /// <summary>Refuses an optional float32 input that is not a vector of <paramref name="length"/> elements.</summary>
    public static void Vector(this InferenceSite site, int index, Dimension length, string meaning)
    {
        if (site.OptionalInput(index) is null) { return; }
        TensorFact fact = site.Float(index).WithRank(site, index, 1, 1);
        if (!fact.Dimensions[0].MayEqual(length)) { throw site.Refuse($"the {meaning} (input {index}) is {fact}; expected {length} elements, one for each channel"); }
    }

    /// <summary>An axis counted from the front.</summary>
    public static int Axis(this InferenceSite site, long axis, int rank) => axis >= -rank && axis < rank
        ? Axes.FromFront(axis, rank)
        : throw site.Refuse($"axis {axis} is outside {-rank}..{rank - 1} for an input of {rank} axes");

    /// <summary>Distinct axes counted from the front, in the given order.</summary>
    public static ImmutableArray<int> AxisList(this InferenceSite site, ImmutableArray<long> axes, int rank)
    {
        ImmutableArray<int> result = [.. axes.Select(axis => site.Axis(axis, rank))];
        return result.Distinct().Count() == result.Length ? result : throw site.Refuse($"axes [{string.Join(", ", axes)}] name an axis twice");
    }

    /// <summary>Whether one of these inputs is present but its value is not known before the model runs.</summary>
    public static bool IsOpen(this InferenceSite site, params ReadOnlySpan<int> inputs)
    {
        foreach (int index in inputs)
        {
            if (site.OptionalInput(index) is not null && site.Constant(index) is null) { return true; }
        }
        return false;
    }

    /// <summary>How many elements a list has whose values may be open.</summary>
    /// <exception cref="QuantizationException">Not even that is known.</exception>
    public static int Count(this InferenceSite site, int index, string meaning)
    {
        TensorFact fact = site.Input(index, ElementType.Int64, ElementType.Int32).WithRank(site, index, 0, 1);
        return fact.Rank == 0 ? 1 : fact.Dimensions[0].Size
            ?? throw site.Refuse($"its {meaning} (input {index}) is {fact}, a list whose length is not known before the model runs; expected a known number of axes. Export the model with fixed ranks");
    }

    /// <summary>A fact with the same axes, all of unknown size.</summary>
    public static TensorFact Opened(this TensorFact fact) => fact with { Dimensions = [.. fact.Dimensions.Select(_ => Dimension.Unknown)] };

    /// <summary>A fact of so many axes of unknown size.</summary>
    public static TensorFact OpenFact(ElementType type, int rank) => rank <= MaximumRank
        ? new(type, [.. Enumerable.Repeat(Dimension.Unknown, rank)])
        : throw new QuantizationException($"A value would get {rank} axes; expected at most {MaximumRank}. The sizes given to Reshape, Expand or ConstantOfShape are damaged.");

    /// <summary>A list of integers: an attribute in older operator sets, a constant int64 input in newer ones; null when absent.</summary>
    public static ImmutableArray<long>? Setting(this InferenceSite site, string attribute, int index)
    {
        if (site.OptionalInput(index) is not { } fact) { return site.Attributes.Ints(attribute); }
        if (site.Constant(index) is not { } value)
        {
            throw site.Refuse($"its {attribute} (input {index}) is computed while the model runs; expected a constant. Export the model with fixed sizes, or fold constants first");
        }
        if (value.Length > LongestSetting) { throw site.Refuse($"its {attribute} (input {index}) is a list of {value.Length}; expected at most {LongestSetting}"); }
        return Axes.Integers(value) ?? throw site.Refuse($"its {attribute} (input {index}) is {fact}; expected int64 or int32");
    }

    /// <summary>Refuses a setting that this package does not support.</summary>
    public static void Unsupported(this InferenceSite site, bool found, string setting, string remedy)
    {
        if (found) { throw site.Refuse($"{setting} is not supported; {remedy}"); }
    }
}
