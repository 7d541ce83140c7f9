using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>
/// Fake-quantizes with a scale and a zero point that training learns like weights (LSQ). It begins by observing; switch over with
/// <see cref="LearnParameters"/> after a few batches.
/// </summary>
/// <remarks>
/// <para>The trainer calls <see cref="Forward"/>, then <see cref="Backward"/>, and changes <see cref="Scales"/> and <see cref="ZeroPoints"/> by the
/// gradients. Scales are held above 2⁻²³; symmetric schemes set the zero points to 0, also for unsigned codes, as PyTorch does.</para>
/// <para>Source: torch.ao.quantization._learnable_fake_quantize, <c>_LearnableFakeQuantize</c>.</para>
/// </remarks>
public sealed class LearnableFakeQuantize : IFakeQuantize
{
    private readonly QuantizedRange _range;
    private float[] _scales;
    private float[] _zeroPoints;
    private int? _axis;

    /// <summary>A fake-quantizer that estimates its parameters (<see cref="EstimateParameters"/>).</summary>
    /// <exception cref="QuantizationException">The observer's scheme has real-valued zero points.</exception>
    public LearnableFakeQuantize(FakeQuantizeSpec spec, IObserver observer)
    {
        if (observer.Spec.Scheme == QScheme.PerChannelAffineFloatQParams)
        {
            throw new QuantizationException($"{spec.FakeQuantize} was given the scheme {observer.Spec.Scheme.Name()}; expected a scheme whose zero points are rounded, e.g. per_channel_affine.");
        }
        (Spec, Observer, _range) = (spec, observer, observer.Spec.Range);
        (_scales, _zeroPoints) = ([spec.InitialScale], [spec.InitialZeroPoint]);
    }

    /// <inheritdoc/>
    public FakeQuantizeSpec Spec { get; }

    /// <inheritdoc/>
    public IObserver Observer { get; }

    /// <inheritdoc/>
    public bool ObserverEnabled { get; set; } = true;

    /// <inheritdoc/>
    public bool FakeQuantEnabled { get; set; } = true;

    /// <summary>Whether <see cref="Backward"/> gives gradients of scales and zero points; otherwise they are 0.</summary>
    public bool LearningEnabled { get; set; }

    /// <summary>The learned scales, to be changed in place: one, or one for each channel once a batch was seen.</summary>
    public Span<float> Scales => _scales;

    /// <summary>The learned zero points, reals, to be changed in place.</summary>
    public Span<float> ZeroPoints => _zeroPoints;

    /// <inheritdoc/>
    public QuantizationParameters Parameters => LearnableGradients.Round(Clamped(), _zeroPoints, _axis, Observer.Spec.Type, _range);

    /// <summary>Observes and fake-quantizes with what was observed (PyTorch's static_estimate).</summary>
    public void EstimateParameters() => (ObserverEnabled, FakeQuantEnabled, LearningEnabled) = (true, true, false);

    /// <summary>Fake-quantizes with the learned parameters and gives their gradients (param_learning).</summary>
    public void LearnParameters() => (ObserverEnabled, FakeQuantEnabled, LearningEnabled) = (false, true, true);

    /// <summary>Observes and lets values pass as they are (static_observation).</summary>
    public void ObserveOnly() => (ObserverEnabled, FakeQuantEnabled, LearningEnabled) = (true, false, false);

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<float> values, Shape shape, Span<float> results, Span<bool> inside)
    {
        if (ObserverEnabled && !values.IsEmpty)
        {
            Observer.Observe(values, shape);
            QuantizationParameters observed = Observer.CalculateQParams();
            (_scales, _zeroPoints, _axis) = ([.. observed.Scales], [.. observed.ZeroPoints.Select(zeroPoint => (float)zeroPoint)], observed.Axis);
        }
        else { Resize(shape); }
        if (FakeQuantEnabled)
        {
            if (Observer.Spec.Scheme.IsSymmetric()) { Array.Clear(_zeroPoints); }
            FakeQuantizer.Forward(values, shape, Parameters, results, inside);
            return;
        }
        Quantizer.CheckLength(values.Length, results.Length);
        values.CopyTo(results);
        inside.Fill(true);
    }

    /// <summary>The gradients for the batch that <see cref="Forward"/> took last.</summary>
    /// <param name="values">That batch.</param>
    /// <param name="shape">Its axis sizes.</param>
    /// <param name="gradient">The loss's gradient with respect to the results.</param>
    /// <param name="valueGradient">Receives the gradient with respect to the values.</param>
    /// <param name="scaleGradient">Receives that of <see cref="Scales"/>, multiplied by <see cref="GradientFactor"/>.</param>
    /// <param name="zeroPointGradient">Receives that of <see cref="ZeroPoints"/>, multiplied likewise.</param>
    /// <exception cref="QuantizationException">The lengths differ.</exception>
    public void Backward(ReadOnlySpan<float> values, Shape shape, ReadOnlySpan<float> gradient, Span<float> valueGradient, Span<float> scaleGradient, Span<float> zeroPointGradient)
    {
        if (FakeQuantEnabled) { LearnableGradients.Backward(values, shape, Parameters, gradient, GradientFactor(values.Length), valueGradient, scaleGradient, zeroPointGradient); }
        else
        {
            Quantizer.CheckLength(gradient.Length, valueGradient.Length);
            gradient.CopyTo(valueGradient);
        }
        if (FakeQuantEnabled && LearningEnabled) { return; }
        scaleGradient.Clear();
        zeroPointGradient.Clear();
    }

    /// <summary><c>1/√(count · largest code)</c> with <see cref="FakeQuantizeSpec.UseGradientScaling"/>, otherwise 1.</summary>
    public float GradientFactor(int count) => Spec.UseGradientScaling ? (float)(1 / Math.Sqrt((double)count * _range.Maximum)) : 1f;

    /// <summary>The learned parameters, rounded: <see cref="Parameters"/>.</summary>
    public QuantizationParameters CalculateQParams() => Parameters;

    /// <inheritdoc/>
    public ObserverState Save()
    {
        var writer = new ObserverStateWriter();
        writer.Add("scale", _scales);
        writer.Add("zero_point", _zeroPoints);
        writer.Add("axis", _axis is { } axis ? [(double)axis] : []);
        writer.Add("learning_enabled", LearningEnabled ? 1 : 0);
        return FakeQuantizeStateFormat.Write(writer, this);
    }

    /// <inheritdoc/>
    public void Load(ObserverState state)
    {
        (ObserverStateReader reader, ObserverState observer) = FakeQuantizeStateFormat.Read(state, this);
        float[] scales = reader.Floats("scale"), zeroPoints = reader.Floats("zero_point", scales.Length);
        int? axis = FakeQuantizeStateFormat.Axis(reader);
        bool learns = FakeQuantizeStateFormat.Flag(reader, "learning_enabled");
        bool observes = FakeQuantizeStateFormat.Flag(reader, "observer_enabled"), quantizes = FakeQuantizeStateFormat.Flag(reader, "fake_quant_enabled");
        reader.CheckAllRead();
        if (axis is null && scales.Length != 1) { throw reader.Damaged($"{scales.Length} scales without an axis"); }
        Observer.Load(observer);
        (_scales, _zeroPoints, _axis) = (scales, zeroPoints, axis);
        (LearningEnabled, ObserverEnabled, FakeQuantEnabled) = (learns, observes, quantizes);
    }

    // Learning may begin before anything was observed: then every channel starts alike.
    private void Resize(Shape shape)
    {
        _scales = Clamped();
        if (!Observer.Spec.Scheme.IsPerChannel() || _axis is not null) { return; }
        _axis = ChannelLayout.NormalizeAxis(shape, Observer.Spec.ChannelAxis);
        int channels = shape[_axis.Value];
        (_scales, _zeroPoints) = ([.. Enumerable.Repeat(_scales[0], channels)], [.. Enumerable.Repeat(_zeroPoints[0], channels)]);
    }

    // A step of the trainer may have gone below; NaN stays and is refused.
    private float[] Clamped() => Array.ConvertAll(_scales, scale => MathF.Max(scale, ParameterChooser.DefaultEps));
}
