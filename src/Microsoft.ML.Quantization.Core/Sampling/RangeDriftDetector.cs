using System.Globalization;

namespace Microsoft.ML.Quantization.Sampling;

/// <summary>
/// Notices that the first part of the calibration data does not stand for the rest: sorted by class, by time or by source. Whoever calibrates on
/// the first rows of such data clips the others.
/// </summary>
/// <remarks>
/// <para>The data drift when both are true of the first tenth of the rows:</para>
/// <list type="bullet">
/// <item>its range is less than <see cref="Threshold"/> times as wide as that of all rows, both widened to hold 0 as quantization does;</item>
/// <item>its rows have another magnitude: the mean of their mean magnitudes is <see cref="StandardErrors"/> or more away from that of all rows. The
/// standard error is that of drawing so many of all rows at random, <c>σ·√(1/k − 1/n)</c> with σ over all rows.</item>
/// </list>
/// <para>Either alone misleads. In shuffled data with rare large values a tenth often has none of them, so that its range is narrow, but σ
/// knows them all, and so its mean is not far away. A mean drifts harmlessly while the range stays. Magnitudes are compared rather than signed
/// means, so that data which only grow wider around 0 count too. Fewer than 16 rows are not judged.</para>
/// <para>Memory is constant: beyond 256 rows, neighbouring prefixes are merged, and the first part may then be as small as 9.2 % of the rows.</para>
/// </remarks>
public sealed class RangeDriftDetector
{
    /// <summary>The part of the whole width below which the first tenth counts as clearly narrower.</summary>
    public const double Threshold = 0.5;

    /// <summary>The distance of the means from which on it is no accident: once in 16,000 shuffled data sets, most of which are not narrower as well.</summary>
    public const double StandardErrors = 4;

    private const int FewestRows = 16, MostPrefixes = 256;

    // Ever longer prefixes of the data: the first 1·s, 2·s, 3·s … rows.
    private readonly List<Prefix> _prefixes = [];
    private long _stride = 1;
    private Prefix _all = new(0, 0f, 0f, 0);
    private double _origin;
    private double _squares;

    // The sum is that of mean magnitudes less the first row's, which keeps squares from cancelling.
    private readonly record struct Prefix(long Rows, float Minimum, float Maximum, double Sum)
    {
        public double Width => (double)Maximum - Minimum;

        public double Mean => Sum / Rows;
    }

    /// <summary>Takes in one row.</summary>
    /// <param name="minimum">Its smallest finite value.</param>
    /// <param name="maximum">Its largest finite value.</param>
    /// <param name="magnitude">The mean magnitude of its finite values.</param>
    /// <exception cref="QuantizationException">The values are not a finite range, or no such values have that mean magnitude.</exception>
    public void Add(float minimum, float maximum, double magnitude)
    {
        if (!(minimum <= maximum) || !float.IsFinite(minimum) || !float.IsFinite(maximum))
        {
            throw new QuantizationException($"A row ranges from {minimum} to {maximum}; expected finite numbers with smallest <= largest.");
        }
        // The mean of many equal values may come out a little above them.
        double largest = Math.Max(Math.Abs((double)minimum), Math.Abs((double)maximum));
        if (!(magnitude >= 0 && magnitude <= largest * (1 + 1e-6))) { throw new QuantizationException($"A row ranges from {minimum} to {maximum} and has the mean magnitude {magnitude}; expected 0 to {largest}."); }
        if (_all.Rows == 0) { _origin = magnitude; }
        double centred = magnitude - _origin;
        _squares += centred * centred;
        _all = new(_all.Rows + 1, MathF.Min(_all.Minimum, minimum), MathF.Max(_all.Maximum, maximum), _all.Sum + centred);
        if (_all.Rows % _stride == 0) { _prefixes.Add(_all); }
        if (_prefixes.Count == MostPrefixes) { Thin(); }
    }

    /// <summary>Whether the range of the first tenth is clearly narrower than that of all data, and its rows have another magnitude.</summary>
    public bool HasDrift => FirstTenth() is { } first && first.Width < Threshold * _all.Width && Distance(first) >= StandardErrors;

    /// <summary>What to tell the user; null when there is nothing to tell.</summary>
    /// <param name="value">Name of the tensor.</param>
    public string? Warning(string value)
    {
        if (!HasDrift || FirstTenth() is not { } first) { return null; }
        return string.Create(CultureInfo.InvariantCulture,
            $"The first tenth of the data gives '{value}' the range {first.Minimum}..{first.Maximum}, all data {_all.Minimum}..{_all.Maximum}, and its mean magnitude is {Distance(first):F0} standard errors away. The data seem sorted: shuffle them, and calibrate on a sample of the whole.");
    }

    // In standard errors; NaN when all rows have the same magnitude.
    private double Distance(Prefix first)
    {
        double variance = Math.Max(_squares / _all.Rows - _all.Mean * _all.Mean, 0);
        return Math.Abs(first.Mean - _all.Mean) / Math.Sqrt(variance * (1.0 / first.Rows - 1.0 / _all.Rows));
    }

    // The longest known prefix with at most a tenth of the rows; null when that is too few to judge.
    private Prefix? FirstTenth()
    {
        Prefix? longest = null;
        foreach (Prefix prefix in _prefixes)
        {
            if (prefix.Rows > _all.Rows / 10) { break; }
            longest = prefix;
        }
        return longest is { Rows: >= FewestRows } ? longest : null;
    }

    // Keeps every second prefix, the longest included.
    private void Thin()
    {
        for (int i = 0; i < MostPrefixes / 2; i++) { _prefixes[i] = _prefixes[2 * i + 1]; }
        _prefixes.RemoveRange(MostPrefixes / 2, MostPrefixes / 2);
        _stride *= 2;
    }
}
