using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>
/// What fake-quantizers share whose scale and zero point follow from observation. Derived classes say how a batch leads to them.
/// </summary>
public abstract class ObservedFakeQuantize : IFakeQuantize
{
    private protected ObservedFakeQuantize(FakeQuantizeSpec spec, IObserver observer)
    {
        (Spec, Observer) = (spec, observer);
        Parameters = ObserverRules.Unobserved(observer.Spec);
    }

    /// <inheritdoc/>
    public FakeQuantizeSpec Spec { get; }

    /// <inheritdoc/>
    public IObserver Observer { get; }

    /// <inheritdoc/>
    public bool ObserverEnabled { get; set; } = true;

    /// <inheritdoc/>
    public bool FakeQuantEnabled { get; set; } = true;

    /// <inheritdoc/>
    public QuantizationParameters Parameters { get; private protected set; }

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<float> values, Shape shape, Span<float> results, Span<bool> inside)
    {
        if (ObserverEnabled && !values.IsEmpty)
        {
            Observer.Observe(values, shape);
            Parameters = Choose(shape);
        }
        if (FakeQuantEnabled)
        {
            FakeQuantizer.Forward(values, shape, Parameters, results, inside);
            return;
        }
        Quantizer.CheckLength(values.Length, results.Length);
        values.CopyTo(results);
        inside.Fill(true);
    }

    /// <summary>The parameters that the observer proposes; scale 1 and zero point 0 before it saw anything.</summary>
    public QuantizationParameters CalculateQParams() => Observer.CalculateQParams();

    /// <inheritdoc/>
    public ObserverState Save()
    {
        var writer = new ObserverStateWriter();
        writer.Add("scale", Parameters.Scales.AsSpan());
        if (Parameters.HasFloatZeroPoints) { writer.Add("zero_point", Parameters.FloatZeroPoints.AsSpan()); }
        else { writer.Add("zero_point", [.. Parameters.ZeroPoints.Select(zeroPoint => (double)zeroPoint)]); }
        writer.Add("axis", Parameters.Axis is { } axis ? [(double)axis] : []);
        return FakeQuantizeStateFormat.Write(writer, this);
    }

    /// <inheritdoc/>
    public void Load(ObserverState state)
    {
        (ObserverStateReader reader, ObserverState observer) = FakeQuantizeStateFormat.Read(state, this);
        float[] scales = reader.Floats("scale");
        double[] zeroPoints = reader.Doubles("zero_point", scales.Length);
        int? axis = FakeQuantizeStateFormat.Axis(reader);
        bool observes = FakeQuantizeStateFormat.Flag(reader, "observer_enabled"), quantizes = FakeQuantizeStateFormat.Flag(reader, "fake_quant_enabled");
        reader.CheckAllRead();
        bool real = axis is not null && Observer.Spec.Scheme == QScheme.PerChannelAffineFloatQParams;
        if (!real && Array.Exists(zeroPoints, z => !(Math.Abs(z) <= int.MaxValue && z == Math.Floor(z)))) { throw reader.Damaged("a zero point that is not an integer"); }
        QuantizationParameters parameters = real
            ? QuantizationParameters.WithFloatZeroPoints([.. scales], [.. zeroPoints.Select(z => (float)z)], axis!.Value, Parameters.Type, Parameters.Range)
            : new([.. scales], [.. zeroPoints.Select(z => (int)z)], axis, Parameters.Type, Parameters.Range);
        Observer.Load(observer);
        (Parameters, ObserverEnabled, FakeQuantEnabled) = (parameters, observes, quantizes);
    }

    /// <summary>The parameters after the observer took in a batch of this shape.</summary>
    private protected abstract QuantizationParameters Choose(Shape shape);
}
