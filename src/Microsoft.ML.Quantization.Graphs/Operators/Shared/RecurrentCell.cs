using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The formulas of one kind of recurrent layer.</summary>
internal abstract class RecurrentCell
{
    /// <summary>Gates of a row.</summary>
    public abstract int Gates { get; }

    /// <summary>1 for H, 2 for H and C.</summary>
    public virtual int States => 1;

    /// <summary>How the gates of R are shared out to products: all at once, or those first that the others' input needs.</summary>
    public virtual int[] Groups => [Gates];

    /// <summary>One step of every row that still runs, from the gates of the input.</summary>
    public abstract void Step(in RecurrentSite site);
}

/// <summary>One step in one direction, as a cell sees it.</summary>
internal readonly ref struct RecurrentSite
{
    private readonly RecurrentProducts _products;
    private readonly Span<float> _inputGates;
    private readonly Span<byte> _scratch;

    public RecurrentSite(StepCall call, RecurrentSettings settings, RecurrentBuffers buffers, RecurrentProducts products, int direction, int step, int firstTime, Span<float> inputGates, Span<byte> scratch)
    {
        (Call, Settings, Buffers, Direction, Step, FirstTime) = (call, settings, buffers, direction, step, firstTime);
        _products = products;
        _inputGates = inputGates;
        _scratch = scratch;
    }

    public StepCall Call { get; }

    public RecurrentSettings Settings { get; }

    public RecurrentBuffers Buffers { get; }

    public int Direction { get; }

    private int Step { get; }

    private int FirstTime { get; }

    /// <summary>Whether a row's sequence has not ended.</summary>
    public bool Runs(int row) => Step < Buffers.Lengths[row];

    /// <summary>The gates that the input gives to a row.</summary>
    public Span<float> InputGates(int row)
    {
        int time = Buffers.Time(Settings, Direction, row, Step) - FirstTime, width = Buffers.Width;
        return _inputGates.Slice((Settings.BatchFirst ? row * Buffers.Times + time : time * Buffers.Batch + row) * width, width);
    }

    /// <summary>The rows of [batch, hidden] and slack, times one group of R.</summary>
    public void Multiply(int group, float[] rows, Span<float> y)
    {
        GateProduct product = _products.Hidden[group];
        product.Run(System.Runtime.InteropServices.MemoryMarshal.AsBytes(rows.AsSpan()), Buffers.Batch, product.NeedsRange ? Range(rows) : default, y, _scratch, Call.Workers);
    }

    /// <summary>Limits values to the interval of the setting clip, then applies an activation.</summary>
    public void Activate(int activation, Span<float> values)
    {
        Clip(values);
        Settings.Activation(Direction, activation)(Call.Engine, values);
    }

    /// <summary>Limits values to the interval of the setting clip.</summary>
    public void Clip(Span<float> values)
    {
        if (Settings.Clip < float.PositiveInfinity) { Call.Engine.Clip(values, values, -Settings.Clip, Settings.Clip); }
    }

    // A sequence that has ended keeps its state, which must not widen the range of the others.
    private DynamicRange Range(float[] rows)
    {
        int hidden = Buffers.Hidden;
        if (Step < Buffers.Shortest) { return DynamicRange.Of(rows.AsSpan(0, Buffers.Batch * hidden)); }
        DynamicRange range = default;
        for (int row = 0; row < Buffers.Batch; row++)
        {
            if (Runs(row)) { range = range.With(DynamicRange.Of(rows.AsSpan(row * hidden, hidden))); }
        }
        return range;
    }
}
