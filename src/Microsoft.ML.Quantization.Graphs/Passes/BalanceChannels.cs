using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Repairs, between calibration and conversion, channels of very different size between two layers, which one scale for a whole activation
/// cannot hold: a channel of a thousandth of the range has no code left. The first layer's weights and bias are divided by powers of two,
/// the second one's multiplied by them (<see cref="ChannelBalance"/>), so the float network computes the same on the calibration rows, and
/// everywhere but for the place where a Clip cuts off channels that never came near its end. The observers of the values between are shown
/// the new ranges, which is exact for observers of extremes; others decline.
/// </summary>
internal static class BalanceChannels
{
    /// <summary>How many times smaller the noise must become, so that networks whose channels are of a size keep their weights: 2 is 3 dB.</summary>
    public const double SmallestGain = 2;

    private const int DecibelsPerDoubling = 3;

    private const string Pass = nameof(BalanceChannels);

    /// <summary>What to convert in the place of a prepared graph and its calibration.</summary>
    public static (PreparedGraph Prepared, Calibration Calibration, ImmutableArray<PassNote> Notes) Run(PreparedGraph prepared, Calibration calibration, ChannelRanges ranges)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        var layers = new Dictionary<string, WeightedLayer>(StringComparer.Ordinal);
        var scaled = new Dictionary<string, ImmutableArray<int>>(StringComparer.Ordinal);
        foreach (ChannelChain chain in ranges.Chains)
        {
            if (!ranges.TryGet(chain.Values[^1], out (float[] Minima, float[] Maxima) read) || !ranges.TryGet(chain.Values[0], out (float[] Minima, float[] Maxima) written)) { continue; }
            // Ahead of a pool the values are larger than behind it, and a ceiling is there.
            float[] sizes = Sizes(float.IsFinite(chain.Ceiling) ? written : read);
            if (sizes.Length != chain.Channels || ChannelBalance.Between(sizes, chain.Second, chain.Ceiling) is not { Gain: >= SmallestGain } balance) { continue; }
            if (WhyNot(prepared, chain) is { } reason)
            {
                notes.Add(new(Pass, chain.First.Node.Name, false, reason));
                continue;
            }
            WeightedLayer first = layers.GetValueOrDefault(chain.First.Node.Name, chain.First), second = layers.GetValueOrDefault(chain.Second.Node.Name, chain.Second);
            layers[first.Node.Name] = first.ScaleOutputs(ChannelScaling.Reciprocals(balance.Factors));
            layers[second.Node.Name] = second.ScaleInputs(balance.Factors);
            foreach (string value in chain.Values) { scaled[value] = balance.Exponents; }
            notes.Add(new(Pass, chain.First.Node.Name, true, FormattableString.Invariant($"its channels differ in size; evened out with '{chain.Second.Node.Name}', which cuts the noise of quantization between them by about {DecibelsPerDoubling * Math.ILogB(balance.Gain)} dB")));
        }
        if (scaled.Count == 0) { return (prepared, calibration, notes.ToImmutable()); }

        var builder = new GraphBuilder(prepared.Graph);
        foreach (WeightedLayer layer in layers.Values) { layer.Write(builder); }
        var balanced = new PreparedGraph(builder.Build(prepared.Operators), prepared.Groups, prepared.Quantized, prepared.Notes, prepared.Operators);
        return (balanced, Shown(balanced, calibration, ranges, scaled), notes.ToImmutable());
    }

    private static float[] Sizes((float[] Minima, float[] Maxima) ranges) => [.. ranges.Minima.Zip(ranges.Maxima, (minimum, maximum) => MathF.Max(MathF.Abs(minimum), MathF.Abs(maximum)))];

    private static string? WhyNot(PreparedGraph prepared, ChannelChain chain)
    {
        foreach (ObserverGroup group in chain.Values.Select(prepared.GroupOf).OfType<ObserverGroup>().Distinct())
        {
            if (group.Spec.Observer != "MinMax" || group.Fixed is not null) { return $"its channels differ in size; they are evened out only where values are observed by MinMax, and '{group.Name}' is observed by {(group.Fixed is null ? group.Spec.Observer : "nothing, with parameters that are fixed")}"; }
            if (group.Values.FirstOrDefault(value => !chain.Values.Contains(value)) is { } other) { return $"its channels differ in size, but '{other}' has the same quantization parameters and cannot take the factors"; }
        }
        return null;
    }

    private static Calibration Shown(PreparedGraph balanced, Calibration calibration, ChannelRanges ranges, Dictionary<string, ImmutableArray<int>> scaled)
    {
        var result = new Calibration(balanced, calibration.ObserverNames);
        foreach (ObserverGroup group in result.Groups.Where(group => !group.Values.Any(scaled.ContainsKey))) { result.Observers[group.Name].Merge(calibration.Observers[group.Name]); }
        foreach ((string value, ImmutableArray<int> exponents) in scaled)
        {
            if (!result.Values.Contains(value) || !ranges.TryGet(value, out (float[] Minima, float[] Maxima) range)) { continue; }
            float[] extremes = [.. range.Minima.Concat(range.Maxima).Select((extreme, i) => MathF.ScaleB(extreme, -exponents[i % exponents.Length])).Where(float.IsFinite)];
            result.Observe(value, extremes, new Shape(extremes.Length));
        }
        result.AddRows(calibration.Rows);
        return result;
    }
}
