using System.Globalization;

namespace Microsoft.ML.Quantization.Sampling;

/// <summary>
/// Notices that the first part of the calibration data does not stand for the rest: sorted by class, by time or by source. Whoever calibrates on
/// the first rows of such data clips the others.
/// </summary>
/// <remarks>
/// <para>The first tenth of the values has a range, all values have one, both widened to hold 0 as quantization does. The data drift when the
/// first is less than <see cref="Threshold"/> times as wide as the second. Of shuffled, normally distributed data a tenth practically always has
/// more than half of the width once it holds 256 values; smaller samples are not judged.</para>
/// <para>Memory is constant: beyond 512 batches, neighbouring prefixes are merged, and the first part may then be as small as 9.6 % of the
/// batches.</para>
/// </remarks>
public sealed class RangeDriftDetector
{
    /// <summary>The part of the whole width below which the first tenth counts as clearly narrower.</summary>
    public const double Threshold = 0.5;

    private const int FewestBatches = 10, FewestValues = 256, MostPrefixes = 512;

    // Ranges of ever longer prefixes of the data: of the first 1·s, 2·s, 3·s … batches.
    private readonly List<Prefix> _prefixes = [];
    private long _stride = 1;
    private Prefix _all = new(0, 0f, 0f);
    private long _batches;

    private readonly record struct Prefix(long Values, float Minimum, float Maximum)
    {
        public double Width => (double)Maximum - Minimum;
    }

    /// <summary>Takes in one batch.</summary>
    /// <param name="minimum">Its smallest finite value.</param>
    /// <param name="maximum">Its largest finite value.</param>
    /// <param name="values">Number of values in it; a batch of none is ignored.</param>
    /// <exception cref="QuantizationException">The values are not a finite range.</exception>
    public void Add(float minimum, float maximum, long values)
    {
        if (values <= 0) { return; }
        if (!(minimum <= maximum) || !float.IsFinite(minimum) || !float.IsFinite(maximum))
        {
            throw new QuantizationException($"A batch ranges from {minimum} to {maximum}; expected finite numbers with smallest <= largest.");
        }
        _all = new(_all.Values + values, MathF.Min(_all.Minimum, minimum), MathF.Max(_all.Maximum, maximum));
        if (++_batches % _stride == 0) { _prefixes.Add(_all); }
        if (_prefixes.Count == MostPrefixes) { Thin(); }
    }

    /// <summary>Whether the range of the first tenth is clearly narrower than that of all data.</summary>
    public bool HasDrift => _batches >= FewestBatches && FirstTenth() is { } first && first.Width < Threshold * _all.Width;

    /// <summary>What to tell the user; null when there is nothing to tell.</summary>
    /// <param name="value">Name of the tensor.</param>
    public string? Warning(string value)
    {
        if (!HasDrift || FirstTenth() is not { } first) { return null; }
        return string.Create(CultureInfo.InvariantCulture,
            $"The first tenth of the data gives '{value}' the range {first.Minimum}..{first.Maximum}, all data {_all.Minimum}..{_all.Maximum}. The data seem sorted: shuffle them, and calibrate on a sample of the whole.");
    }

    // The longest known prefix with at most a tenth of the values; null when that is too few to judge.
    private Prefix? FirstTenth()
    {
        Prefix? longest = null;
        foreach (Prefix prefix in _prefixes)
        {
            if (prefix.Values > _all.Values / 10) { break; }
            longest = prefix;
        }
        return longest is { Values: >= FewestValues } ? longest : null;
    }

    // Keeps every second prefix, the longest included.
    private void Thin()
    {
        for (int i = 0; i < MostPrefixes / 2; i++) { _prefixes[i] = _prefixes[2 * i + 1]; }
        _prefixes.RemoveRange(MostPrefixes / 2, MostPrefixes / 2);
        _stride *= 2;
    }
}
