using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Which observers choose the quantization parameters of one operator (PyTorch's <c>QConfig</c>): data, comparable and storable. For training,
/// the observers sit inside fake-quantizers; the same configuration then serves calibration as well.
/// </summary>
/// <param name="Activation">For the operator's inputs and outputs; null (PyTorch's <c>Identity</c>) leaves them in float.</param>
/// <param name="Weight">For its weights; null leaves them in float.</param>
public sealed record QConfig(ObserverSpec? Activation, ObserverSpec? Weight)
{
    private static readonly ObserverSpec s_elsewhere = new() { Observer = "" };

    // Without their observers, which are Activation and Weight: nothing is said twice, so nothing can contradict itself.
    private readonly FakeQuantizeSpec? _activation;
    private readonly FakeQuantizeSpec? _weight;

    /// <summary>The fake-quantizer around <see cref="Activation"/>; null without one. Setting it sets the observer too.</summary>
    public FakeQuantizeSpec? ActivationFakeQuantize
    {
        get => Activation is null || _activation is null ? null : _activation with { Observer = Activation };
        init => (_activation, Activation) = (Strip(value), value is null ? Activation : value.Observer);
    }

    /// <summary>The fake-quantizer around <see cref="Weight"/>; null without one. Setting it sets the observer too.</summary>
    public FakeQuantizeSpec? WeightFakeQuantize
    {
        get => Weight is null || _weight is null ? null : _weight with { Observer = Weight };
        init => (_weight, Weight) = (Strip(value), value is null ? Weight : value.Observer);
    }

    /// <summary>Whether it has fake-quantizers, so that a model can be trained with it.</summary>
    public bool IsTraining => ActivationFakeQuantize is not null || WeightFakeQuantize is not null;

    /// <summary>A configuration of fake-quantizers.</summary>
    /// <param name="activation">For the operator's inputs and outputs; null leaves them in float.</param>
    /// <param name="weight">For its weights; null leaves them in float.</param>
    public static QConfig OfFakeQuantize(FakeQuantizeSpec? activation, FakeQuantizeSpec? weight) =>
        new(null, null) { ActivationFakeQuantize = activation, WeightFakeQuantize = weight };

    private static FakeQuantizeSpec? Strip(FakeQuantizeSpec? spec) => spec is null ? null : spec with { Observer = s_elsewhere };
}
