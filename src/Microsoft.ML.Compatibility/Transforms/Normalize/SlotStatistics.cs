namespace Microsoft.ML.Transforms;

/// <summary>Range, mean and variance of the values of one slot. Zeros, which sparse vectors leave out, are added at the end.</summary>
internal sealed class SlotStatistics
{
    private long _seen;
    private long _counted;
    private long _notFinite;

    public double Min { get; private set; } = double.PositiveInfinity;

    public double Max { get; private set; } = double.NegativeInfinity;

    public double Mean { get; private set; }

    public double SquaredDeviations { get; private set; }

    public double Variance => SquaredDeviations / _counted;

    public void Look(double value)
    {
        _seen++;
        Extend(value);
        if (value == 0) { return; }
        if (!double.IsFinite(value))
        {
            _notFinite++;
            return;
        }
        // Welford's recurrence.
        _counted++;
        double delta = value - Mean;
        Mean += delta / _counted;
        SquaredDeviations += delta * (value - Mean);
    }

    public void Finish(long rows)
    {
        if (_seen < rows) { Extend(0); }
        long zeros = rows - _notFinite - _counted;
        if (zeros == 0) { return; }
        _counted += zeros;
        double delta = -Mean;
        Mean += delta * zeros / _counted;
        SquaredDeviations += delta * -Mean * zeros;
    }

    private void Extend(double value)
    {
        if (value < Min) { Min = value; }
        if (value > Max) { Max = value; }
    }
}
