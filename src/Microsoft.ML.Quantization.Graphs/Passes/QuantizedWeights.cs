using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The codes of a node's weights and bias.</summary>
/// <param name="Weights">Codes of the weights.</param>
/// <param name="WeightParameters">What they mean.</param>
/// <param name="Bias">Codes of the bias, one for each output channel; null without one.</param>
/// <param name="BiasParameters">What they mean: int32 at scale <c>sx · sw</c>, zero point 0.</param>
/// <param name="Remarks">What deserves a note.</param>
internal sealed record QuantizedWeights(Tensor Weights, QuantizationParameters WeightParameters, Tensor? Bias, QuantizationParameters? BiasParameters, ImmutableArray<string> Remarks)
{
    /// <summary>Quantizes weights by their observer, and the bias in units of input scale · weight scale.</summary>
    /// <param name="spec">The weight observer.</param>
    /// <param name="weights">Float weights.</param>
    /// <param name="axis">Their channel axis; null where each channel cannot have its own scale.</param>
    /// <param name="bias">Float bias, or null.</param>
    /// <param name="channels">Output channels.</param>
    /// <param name="inputScale">Scale of the activations.</param>
    /// <param name="observers">The observers that the spec may name.</param>
    public static QuantizedWeights Of(ObserverSpec spec, Tensor weights, int? axis, Tensor? bias, int channels, float inputScale, ObserverList observers)
    {
        var remarks = ImmutableArray.CreateBuilder<string>();
        QuantizationParameters parameters = Observe(spec, weights, axis, observers, remarks);
        if (bias is null) { return new(Quantizer.Quantize(weights, parameters, Rounding.Divide), parameters, null, null, remarks.ToImmutable()); }

        float[] reals = bias.Length == channels ? bias.AsSpan<float>().ToArray() : [.. Enumerable.Repeat(bias.AsSpan<float>()[0], channels)];
        RaisedWeightScales raised = BiasQuantizer.RaiseWeightScales(reals, inputScale, parameters.Scales.AsSpan());
        if (raised.Raised.Length > 0)
        {
            remarks.Add($"the weight scale of {(parameters.IsPerChannel ? $"channel {string.Join(", ", raised.Raised)}" : "the tensor")} was raised, because the bias at input scale · weight scale would not fit 32 bits");
            parameters = new(raised.Scales, parameters.ZeroPoints, parameters.Axis, parameters.Type, parameters.Range);
        }
        int[] codes = BiasQuantizer.Quantize(reals, inputScale, parameters.Scales.AsSpan(), Rounding.Divide);
        ImmutableArray<float> scales = [.. parameters.Scales.Select(scale => BiasQuantizer.Scale(inputScale, scale))];
        var biasParameters = new QuantizationParameters(scales, [.. scales.Select(_ => 0)], parameters.IsPerChannel ? 0 : null, ElementType.QInt32);
        return new(Quantizer.Quantize(weights, parameters, Rounding.Divide), parameters, Tensor.Create(codes), biasParameters, remarks.ToImmutable());
    }

    /// <summary>The parameters that the observer of a configuration chooses.</summary>
    internal static QuantizationParameters Observe(ObserverSpec spec, Tensor weights, int? axis, ObserverList observers, ImmutableArray<string>.Builder remarks)
    {
        if (spec.Scheme.IsPerChannel() && axis is null)
        {
            // Weights are seen once, so the smallest and largest are all that any of these observers keeps.
            spec = spec with { Observer = "MinMax", Scheme = spec.Scheme.IsSymmetric() ? QScheme.PerTensorSymmetric : QScheme.PerTensorAffine };
            remarks.Add("its weights have no axis with all output channels and get one scale instead of one for each channel");
        }
        else if (spec.Scheme.IsPerChannel()) { spec = spec with { ChannelAxis = axis!.Value }; }
        IObserver observer = observers.Create(spec);
        observer.Observe(weights.AsSpan<float>(), weights.Shape);
        return observer.CalculateQParams();
    }
}
