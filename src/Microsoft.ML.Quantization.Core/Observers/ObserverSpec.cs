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

    /// <summary>Whether the user gave the codes, which also moves the middle of unsigned symmetric codes.</summary>
    public bool HasCustomRange => QuantMin is not null && QuantMax is not null;

    /// <summary>The codes in use: the custom range or all codes of the type, halved with <see cref="ReduceRange"/>.</summary>
    /// <exception cref="QuantizationException">The range is empty, lacks an end or code 0, or has codes that the type cannot hold.</exception>
    public QuantizedRange Range => RangeSelector.Select(Type, QuantMin, QuantMax, ReduceRange);

    /// <summary>Makes the observer, from PyTorch's list.</summary>
    /// <exception cref="QuantizationException">The name is unknown or the settings contradict each other.</exception>
    public IObserver Create() => ObserverList.BuiltIn.Create(this);
}
