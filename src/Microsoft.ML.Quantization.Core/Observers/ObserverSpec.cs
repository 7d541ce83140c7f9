using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Which observer to make and with which settings: data, so that configurations can be compared, printed and stored.
/// PyTorch's <c>Observer.with_args(…)</c>.
/// </summary>
public sealed record ObserverSpec
{
    /// <summary>The observer's name in an <see cref="ObserverList"/>: <c>MinMax</c>, <c>Histogram</c>, …</summary>
    public required string Observer { get; init; }

    /// <summary>Element type of the codes.</summary>
    public ElementType Type { get; init; } = ElementType.QUInt8;

    /// <summary>How codes map to reals.</summary>
    public QScheme Scheme { get; init; } = QScheme.PerTensorAffine;

    /// <summary>Smallest code; given together with <see cref="QuantMax"/> or not at all.</summary>
    public int? QuantMin { get; init; }

    /// <summary>Largest code; given together with <see cref="QuantMin"/> or not at all.</summary>
    public int? QuantMax { get; init; }

    /// <summary>Use half of the codes, for engines whose 8-bit multiply can saturate.</summary>
    public bool ReduceRange { get; init; }

    /// <summary>Smallest scale ever proposed. 2⁻²³ unless stated.</summary>
    public float Eps { get; init; } = 1.1920929e-07f;

    /// <summary>The channel axis of per-channel observers.</summary>
    public int ChannelAxis { get; init; }

    /// <summary>Weight of the newest batch in moving averages.</summary>
    public float AveragingConstant { get; init; } = 0.01f;

    /// <summary>Bins of histogram observers.</summary>
    public int Bins { get; init; } = 2048;

    /// <summary>The scale that <c>FixedQParams</c> always proposes; other observers do not look at it.</summary>
    public float? Scale { get; init; }

    /// <summary>The zero point that <c>FixedQParams</c> always proposes; other observers do not look at it.</summary>
    public int? ZeroPoint { get; init; }

    /// <summary>The ranges are left to the run (dynamic quantization); for <c>Placeholder</c>.</summary>
    public bool IsDynamic { get; init; }

    /// <summary>PyTorch 1.x's <c>compute_dtype</c>: the type activations are quantized to during the run; null unless <see cref="IsDynamic"/>.</summary>
    public ElementType? ComputeType => IsDynamic ? Type : null;

    /// <summary>The most values that <c>Recording</c> keeps.</summary>
    public int Cap { get; init; } = 1 << 20;

    /// <summary>The part of the values that <c>Percentile</c> keeps inside the range, above 0 and up to 1.</summary>
    public double Percentile { get; init; } = 0.9999;

    /// <summary>Whether the user gave the codes, which also moves the middle of unsigned symmetric codes.</summary>
    public bool HasCustomRange => QuantMin is not null && QuantMax is not null;

    /// <summary>The codes in use: the custom range or all codes of the type, halved with <see cref="ReduceRange"/>.</summary>
    /// <exception cref="QuantizationException">The range is empty, lacks an end or code 0, or has codes that the type cannot hold.</exception>
    public QuantizedRange Range => RangeSelector.Select(Type, QuantMin, QuantMax, ReduceRange);

    /// <summary>Makes the observer, from the built-in list.</summary>
    /// <exception cref="QuantizationException">The name is unknown or the settings contradict each other.</exception>
    public IObserver Create() => ObserverList.BuiltIn.Create(this);
}
