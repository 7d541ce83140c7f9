using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// The factors that even out the channels between two layers, and what they are worth.
/// <code>
/// aᶜ = largest magnitude of channel c     rᶜ = share that W₂'s column c has in its rows
/// S  = √(a / r);  for a depthwise W₂, whose channels have scales of their own, S = a
/// noise = Σᶜ (max(a)·rᶜ)² + (aᶜ·max(r))²;  for a depthwise W₂, Σᶜ (max(a) / aᶜ)²
/// </code>
/// S is rounded to powers of two, so that a layer's weights divided by it and the next one's multiplied by it compute the same floats.
/// </summary>
/// <remarks>The idea, on ranges of weights: Nagel et al., "Data-free quantization through weight equalization and bias correction", 2019, section 4.1.</remarks>
/// <param name="Exponents">log₂ S, one for each channel.</param>
/// <param name="Gain">The noise without them over that with them.</param>
internal sealed record ChannelBalance(ImmutableArray<int> Exponents, double Gain)
{
    // Beyond these a float's exponent could run out on the way through several layers.
    private const int LargestExponent = 40;

    /// <summary>S, one for each channel.</summary>
    public float[] Factors => [.. Exponents.Select(exponent => MathF.ScaleB(1f, exponent))];

    /// <summary>The balance in front of a layer; null when it does not read these channels one by one.</summary>
    /// <param name="sizes">Largest magnitude of each channel.</param>
    /// <param name="second">The layer that reads them.</param>
    /// <param name="ceiling">Where the activation in front cuts values off. Channels may grow up to it, and may not shrink, so that nothing observed is cut off elsewhere.</param>
    public static ChannelBalance? Between(ReadOnlySpan<float> sizes, WeightedLayer second, float ceiling)
    {
        double[] size = new double[sizes.Length];
        for (int c = 0; c < size.Length; c++) { size[c] = sizes[c]; }
        double[]? reading = second.IsDepthwise ? (second.Weight.Shape[0] % size.Length == 0 ? [.. size.Select(value => 1 / value)] : null) : Readings(second);
        if (reading?.Length != size.Length) { return null; }
        // What is always zero, or never read, needs no place in the range.
        int[] live = [.. Enumerable.Range(0, size.Length).Where(c => size[c] > 0 && reading[c] > 0 && double.IsFinite(size[c]) && double.IsFinite(reading[c]))];
        if (live.Length < 2) { return null; }
        int[] exponents = new int[size.Length];
        foreach (int c in live) { exponents[c] = NearestExponent(second.IsDepthwise ? size[c] : Math.Sqrt(size[c] / reading[c])); }
        int origin = float.IsFinite(ceiling) ? live.Max(c => exponents[c]) : live.Select(c => exponents[c]).Order().ElementAt(live.Length / 2);
        foreach (int c in live)
        {
            int smallest = float.IsFinite(ceiling) ? Math.Min(0, ExponentAbove(size[c] / ceiling)) : -LargestExponent;
            exponents[c] = Math.Clamp(exponents[c] - origin, Math.Max(smallest, -LargestExponent), LargestExponent);
        }
        double before = Noise(live, second.IsDepthwise, c => size[c], c => reading[c]);
        double after = Noise(live, second.IsDepthwise, c => Math.ScaleB(size[c], -exponents[c]), c => Math.ScaleB(reading[c], exponents[c]));
        return new([.. exponents], before / after);
    }

    private static int NearestExponent(double value) => Math.ILogB(value * Math.Sqrt(2));

    private static int ExponentAbove(double value) => Math.ILogB(value) is var exponent && Math.ScaleB(1, exponent) < value ? exponent + 1 : exponent;

    private static double Noise(int[] channels, bool isDepthwise, Func<int, double> size, Func<int, double> reading)
    {
        double largestSize = channels.Max(size), largestReading = isDepthwise ? 0 : channels.Max(reading), sum = 0;
        foreach (int c in channels) { sum += Square(largestSize * reading(c)) + Square(size(c) * largestReading); }
        return sum;
    }

    private static double Square(double value) => value * value;

    // Each output channel has a weight scale of its own, so a column counts by its share of each row.
    private static double[]? Readings(WeightedLayer layer)
    {
        if (layer.WhyNotInputs() is not null) { return null; }
        ChannelLayout output = ChannelLayout.Of(layer.Weight.Shape, layer.OutputAxis), input = ChannelLayout.Of(layer.Weight.Shape, layer.InputAxis);
        ReadOnlySpan<float> weights = layer.Weight.AsSpan<float>();
        double[] rows = new double[output.Channels], readings = new double[input.Channels];
        for (int i = 0; i < weights.Length; i++) { rows[i / output.Inner % output.Channels] += Square(weights[i]); }
        for (int i = 0; i < weights.Length; i++)
        {
            double row = rows[i / output.Inner % output.Channels];
            if (row > 0) { readings[i / input.Inner % input.Channels] += Square(weights[i]) / row; }
        }
        return [.. readings.Select(Math.Sqrt)];
    }
}
