using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>A module whose place another is to take, and what that one may ask: PyTorch's <c>from_float</c> and <c>from_observed</c>.</summary>
/// <param name="Module">The module.</param>
/// <param name="Path">Where it is in the tree, for messages.</param>
/// <param name="Observers">The observers to choose from.</param>
public sealed record ModuleSwap(Module Module, string Path, ObserverList Observers)
{
    /// <summary>Does to what a new module encloses, in place, what is being done: prepares it, or converts it. For modules that consist of others.</summary>
    public Action<Module> Inside { get; init; } = static _ => { };

    /// <summary>How the module is to be quantized.</summary>
    /// <exception cref="QuantizationException">It is not to be.</exception>
    public QConfig QConfig => Module.QConfig ?? throw new QuantizationException($"Module '{Path}' ({Module}) has no configuration; expected one to convert it by.");

    /// <summary>The parameters that the observer of the output proposes.</summary>
    /// <exception cref="QuantizationException">There is no observer, or it saw nothing.</exception>
    public QuantizationParameters OutputParameters()
    {
        (QuantizationParameters parameters, long count) = Module.Observer switch
        {
            ObserverModule observer => (observer.Statistics.CalculateQParams(), observer.Statistics.Spec.Observer == "FixedQParams" ? 1 : observer.Statistics.Count),
            FakeQuantizeModule fake => (fake.FakeQuantize.CalculateQParams(), 1),
            _ => throw new QuantizationException($"Module '{Path}' ({Module}) has no observer; expected one. Run {nameof(EagerQuantization.Prepare)} before {nameof(EagerQuantization.Convert)}."),
        };
        return count > 0 || Module is FloatFunctional
            ? parameters
            : throw new QuantizationException($"Module '{Path}' ({Module}) was not run since it was prepared, so that its range is unknown; expected at least one batch of calibration. Set its {nameof(QConfig)} to null to leave it in float.");
    }

    /// <summary>The same as a map.</summary>
    /// <exception cref="QuantizationException">There is no observer, it saw nothing, or its parameters are for each channel.</exception>
    public OutputMap Output()
    {
        QuantizationParameters parameters = OutputParameters();
        return !parameters.IsPerChannel
            ? new(parameters.Scale, parameters.ZeroPoint)
            : throw new QuantizationException($"The output of module '{Path}' ({Module}) has a scale for each channel; expected one. Choose a per-tensor observer for activations.");
    }

    /// <summary>Quantizes weights by what the observer of weights proposes after seeing them.</summary>
    /// <param name="weight">float32.</param>
    /// <exception cref="QuantizationException">The configuration has no observer of weights, or not one of qint8.</exception>
    public QuantizedTensor QuantizeWeight(Tensor weight)
    {
        QuantizationParameters parameters = WeightParameters(weight);
        return parameters.Type == ElementType.QInt8
            ? QuantizedTensor.Quantize(weight, parameters)
            : throw new QuantizationException($"The configuration gives the weights of module '{Path}' ({Module}) the type {parameters.Type.Name()}; expected qint8.");
    }

    /// <summary>What the observer of weights proposes after seeing them.</summary>
    /// <param name="weight">float32.</param>
    /// <exception cref="QuantizationException">The configuration has no observer of weights.</exception>
    public QuantizationParameters WeightParameters(Tensor weight)
    {
        ObserverSpec spec = QConfig.Weight ?? throw new QuantizationException($"The configuration of module '{Path}' ({Module}) has no observer of weights; expected one.");
        IObserver observer = Observers.Create(spec);
        observer.Observe(weight.AsSpan<float>(), weight.Shape);
        return observer.CalculateQParams();
    }
}
