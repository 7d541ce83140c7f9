using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Quantization by an observer (PyTorch's <c>QuantizationSpec</c>).</summary>
/// <remarks>
/// PyTorch's plain types are the quantized ones here: <c>torch.int8</c> is <see cref="ElementType.QInt8"/>. What is null is left to
/// <see cref="ObserverOrFakeQuantize"/>.
/// </remarks>
public sealed record QuantizationSpec : QuantizationSpecBase
{
    /// <summary>A specification.</summary>
    /// <param name="dtype">Type of the codes.</param>
    /// <param name="observer">PyTorch's <c>observer_or_fake_quant_ctr</c>: which observer, with which settings beside those given here.</param>
    /// <param name="quantMin">Smallest code.</param>
    /// <param name="quantMax">Largest code.</param>
    /// <param name="qscheme">How codes map to reals.</param>
    /// <param name="chAxis">Axis of the channels.</param>
    /// <param name="isDynamic">Whether ranges are found in each run.</param>
    /// <exception cref="QuantizationException">The type cannot hold codes, the smallest code is above the largest, or the axis is negative.</exception>
    public QuantizationSpec(ElementType dtype, ObserverSpec observer, int? quantMin = null, int? quantMax = null, QScheme? qscheme = null, int? chAxis = null, bool isDynamic = false)
    {
        CheckType(dtype);
        CheckRange(quantMin, quantMax);
        CheckAxis(chAxis);
        (DType, ObserverOrFakeQuantize, QuantMin, QuantMax, QScheme, ChAxis, IsDynamic) = (dtype, observer, quantMin, quantMax, qscheme, chAxis, isDynamic);
    }

    /// <summary>Type of the codes.</summary>
    public ElementType DType { get; }

    /// <summary>The observer; for training the one inside <see cref="FakeQuantize"/>.</summary>
    public ObserverSpec ObserverOrFakeQuantize { get; }

    /// <summary>The fake-quantizer's name, as <see cref="FakeQuantizeSpec.FakeQuantize"/>; null where the specification is for calibration.</summary>
    public string? FakeQuantize { get; init; }

    /// <summary>Smallest code.</summary>
    public int? QuantMin { get; }

    /// <summary>Largest code.</summary>
    public int? QuantMax { get; }

    /// <summary>How codes map to reals.</summary>
    public QScheme? QScheme { get; }

    /// <summary>Axis of the channels.</summary>
    public int? ChAxis { get; }

    /// <summary>Whether ranges are found in each run.</summary>
    public bool IsDynamic { get; }

    /// <summary>The observer with everything that is stated here.</summary>
    public ObserverSpec ToObserver() => ObserverOrFakeQuantize with
    {
        Type = DType,
        QuantMin = QuantMin ?? ObserverOrFakeQuantize.QuantMin,
        QuantMax = QuantMax ?? ObserverOrFakeQuantize.QuantMax,
        Scheme = QScheme ?? ObserverOrFakeQuantize.Scheme,
        ChannelAxis = ChAxis ?? ObserverOrFakeQuantize.ChannelAxis,
        IsDynamic = IsDynamic,
    };

    /// <summary>The fake-quantizer with everything that is stated here; null without one.</summary>
    public FakeQuantizeSpec? ToFakeQuantize() => FakeQuantize is null ? null : new() { FakeQuantize = FakeQuantize, Observer = ToObserver() };

    /// <summary>The same for another channel axis.</summary>
    /// <param name="axis">The axis; null where channels cannot have their own scales, which makes it one scale for the whole tensor.</param>
    public QuantizationSpec WithChannels(int? axis)
    {
        ObserverSpec observer = ToObserver();
        if (!observer.Scheme.IsPerChannel() || axis == observer.ChannelAxis) { return this; }
        if (axis is { } channels) { return new(DType, ObserverOrFakeQuantize, QuantMin, QuantMax, QScheme, channels, IsDynamic) { FakeQuantize = FakeQuantize }; }
        // Weights are seen once, so the smallest and largest are all that any observer of channels keeps.
        return new(DType, ObserverOrFakeQuantize with { Observer = "MinMax" }, QuantMin, QuantMax, observer.Scheme.IsSymmetric() ? Numerics.QScheme.PerTensorSymmetric : Numerics.QScheme.PerTensorAffine, null, IsDynamic) { FakeQuantize = FakeQuantize };
    }

    /// <summary>As <c>qint8 -128..127 per_tensor_affine Histogram</c>.</summary>
    public override string ToString()
    {
        ObserverSpec observer = ToObserver();
        return $"{(IsDynamic ? "dynamic " : "")}{Codes(DType, observer.QuantMin, observer.QuantMax)} {observer.Scheme.Name()}{(observer.Scheme.IsPerChannel() ? $" {observer.ChannelAxis}" : "")} {FakeQuantize ?? observer.Observer}";
    }
}
