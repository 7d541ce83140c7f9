using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Static quantization step by step: made from a float graph, shown batches one after the other, converted at the end. Memory does not
/// grow with the number of batches.
/// </summary>
public sealed class StaticQuantizer : IDisposable
{
    private readonly StaticQuantizationOptions _options;
    private readonly ExecutionPlan _plan;
    private readonly ImmutableArray<PassNote> _notes;
    private readonly Tap _tap;
    private readonly Pt2eGraph? _annotated;
    private long _rows;

    /// <summary>Fuses the graph and decides what is observed.</summary>
    /// <exception cref="QuantizationException">The graph or the configuration is not supported, or a quantizer's annotations contradict each other.</exception>
    public StaticQuantizer(Graph model, StaticQuantizationOptions? options = null)
    {
        _options = options ?? new();
        if (_options.Quantizer is { } quantizer)
        {
            _annotated = PreparePt2e.Run(model, quantizer);
            (Prepared, _notes) = (_annotated.Prepared, _annotated.Notes);
        }
        else
        {
            PassResult fused = FusionPipeline.Run(model);
            Prepared = Prepare.Run(fused.Graph, _options.QConfigs);
            _notes = [.. fused.Notes, .. Prepared.Notes];
        }
        Calibration = new Calibration(Prepared, _options.Observers);
        _tap = new Tap(Calibration, new RangeWatch(Prepared.Graph), _annotated is null ? new ChannelRanges(Prepared.Graph) : null);
        _plan = ExecutionPlan.Bind(Prepared.Graph, new() { Engine = _options.Engine, Threads = _options.Threads, KeepsValues = true, MemoryLimit = _options.MemoryLimit });
    }

    /// <summary>The fused float graph and what is observed in it.</summary>
    public PreparedGraph Prepared { get; }

    /// <summary>The statistics gathered so far; can be saved, loaded and merged.</summary>
    public Calibration Calibration { get; }

    /// <summary>Runs the float graph on one batch and shows the observers every value they watch.</summary>
    /// <param name="batch">One tensor for each input of the graph, rows on the first axis. The first input with axes tells their number.</param>
    /// <exception cref="QuantizationException">The batch does not fit the model, or a value is NaN.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    public void Observe(ImmutableArray<Tensor> batch)
    {
        _options.CancellationToken.ThrowIfCancellationRequested();
        int rows = batch.IsEmpty ? 0 : batch.FirstOrDefault(input => input.Shape.Rank > 0)?.Shape[0] ?? 1;
        if (rows == 0) { return; }
        _plan.Run(batch, _tap);
        Calibration.AddRows(rows);
        _rows += rows;
        _options.Progress?.Report(new(Calibration.Rows, _options.TotalRows));
    }

    /// <summary>The int8 graph that the observed ranges lead to.</summary>
    /// <remarks>
    /// Channels of very different size are evened out first (cross-layer equalization), from the ranges of channels that <see cref="Observe"/> saw. A
    /// <see cref="Calibration"/> does not hold these: with rows merged into it, by <see cref="Converter.Run"/> on one that was saved, and for a
    /// <see cref="StaticQuantizationOptions.Quantizer"/>, nothing is evened out.
    /// </remarks>
    /// <exception cref="QuantizationException">Nothing was observed.</exception>
    public QuantizedModel Convert() => Convert(_options.PreferSpeed);

    /// <summary>The same with another choice of <see cref="StaticQuantizationOptions.PreferSpeed"/>.</summary>
    /// <exception cref="QuantizationException">Nothing was observed, or speed was preferred although a quantizer decides what is quantized.</exception>
    public QuantizedModel Convert(bool preferSpeed)
    {
        // What a quantizer leaves to the run needs no rows.
        if (Calibration.Rows == 0 && (_annotated is null || Calibration.Values.Count > 0))
        {
            throw new QuantizationException("There is no row to calibrate on; expected at least one. About 500 to 1,000 representative rows are usual.");
        }
        if (_annotated is not null)
        {
            if (preferSpeed) { throw new QuantizationException($"{nameof(StaticQuantizationOptions.PreferSpeed)} was asked for together with a {nameof(StaticQuantizationOptions.Quantizer)}, which alone decides what is quantized; expected one of them. Leave slow operators out by a rule of the quantizer."); }
            PassResult annotated = ConvertPt2e.Run(_annotated, Calibration);
            return new(annotated.Graph, [.. _notes, .. annotated.Notes], _tap.Ranges.Warnings);
        }
        (PreparedGraph prepared, Calibration calibration, ImmutableArray<PassNote> balanced) = Calibration.Rows == _rows
            ? BalanceChannels.Run(Prepared, Calibration, _tap.Channels!)
            : (Prepared, Calibration, [new(nameof(BalanceChannels), Prepared.Graph.Name, false, $"{_rows} of {Calibration.Rows} calibrated rows ran here; the channels of the others are not known, so none are evened out")]);
        PassResult converted = Converter.Run(prepared, calibration, preferSpeed);
        return new(converted.Graph, [.. _notes, .. balanced, .. converted.Notes], _tap.Ranges.Warnings);
    }

    /// <inheritdoc/>
    public void Dispose() => _plan.Dispose();

    private sealed class Tap(Calibration calibration, RangeWatch ranges, ChannelRanges? channels) : IActivationTap
    {
        public RangeWatch Ranges => ranges;

        public ChannelRanges? Channels => channels;

        public bool Wants(string value) => calibration.Values.Contains(value) || ranges.Wants(value) || channels?.Wants(value) == true;

        public void Observe(string value, ReadOnlySpan<float> elements, Shape shape)
        {
            if (calibration.Values.Contains(value)) { calibration.Observe(value, elements, shape); }
            if (ranges.Wants(value)) { ranges.Observe(value, elements, shape); }
            if (channels?.Wants(value) == true) { channels.Observe(value, elements, shape); }
        }
    }
}
