using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Moves range from one layer to the next without a change of what they compute together.
/// <code>
/// r₁ = range of each output channel of W₁      r₂ = range of each input channel of W₂, plus 10⁻⁹
/// S  = √(r₁ / r₂)
/// W₁' = W₁ · (1/S)     b₁' = b₁ · (1/S)     W₂' = W₂ · S
/// </code>
/// Afterwards both layers have the same range in every channel, so that one scale for a whole tensor wastes fewer codes.
/// </summary>
/// <remarks>
/// Source: PyTorch <c>torch.ao.quantization._equalize.cross_layer_equalization</c>. A channel without range keeps its values (S = 1); PyTorch
/// divides by zero there.
/// </remarks>
public static class CrossLayerEqualization
{
    private const float RangeFloor = 1e-9f;

    /// <summary>Equalizes two weights that share a channel.</summary>
    /// <param name="first">Weights of the first layer.</param>
    /// <param name="outputAxis">Its axis of output channels.</param>
    /// <param name="bias">Its bias, one number for each of them; null without one.</param>
    /// <param name="second">Weights of the layer that reads the first one's output.</param>
    /// <param name="inputAxis">Its axis of input channels.</param>
    /// <exception cref="QuantizationException">The two do not have the same number of channels.</exception>
    public static EqualizedPair Equalize(Tensor first, int outputAxis, Tensor? bias, Tensor second, int inputAxis)
    {
        ImmutableArray<float> factors = Factors(first, outputAxis, second, inputAxis);
        float[] reciprocals = ChannelScaling.Reciprocals(factors.AsSpan());
        return new(ChannelScaling.Scale(first, outputAxis, reciprocals), bias is null ? null : ChannelScaling.Scale(bias, 0, reciprocals),
            ChannelScaling.Scale(second, inputAxis, factors.AsSpan()), factors);
    }

    /// <summary>The factors S, one for each channel between the layers.</summary>
    /// <exception cref="QuantizationException">The two do not have the same number of channels.</exception>
    public static ImmutableArray<float> Factors(Tensor first, int outputAxis, Tensor second, int inputAxis)
    {
        Observers.MinMaxObserver outputs = ChannelScaling.Ranges(first, outputAxis), inputs = ChannelScaling.Ranges(second, inputAxis);
        if (outputs.Minima.Length != inputs.Minima.Length)
        {
            throw new QuantizationException($"The first layer has {outputs.Minima.Length} output channels and the second {inputs.Minima.Length} input channels; expected the same number. Equalize only layers of which the second reads the first.");
        }
        var factors = ImmutableArray.CreateBuilder<float>(outputs.Minima.Length);
        for (int c = 0; c < outputs.Minima.Length; c++)
        {
            float range = inputs.Maxima[c] - inputs.Minima[c] + RangeFloor;
            float factor = MathF.Sqrt((outputs.Maxima[c] - outputs.Minima[c]) / range);
            factors.Add(factor > 0 && float.IsFinite(factor) && float.IsFinite(1f / factor) ? factor : 1f);
        }
        return factors.MoveToImmutable();
    }
}

/// <summary>What <see cref="CrossLayerEqualization"/> makes of two layers.</summary>
/// <param name="First">Weights of the first layer.</param>
/// <param name="Bias">Its bias; null without one.</param>
/// <param name="Second">Weights of the second layer.</param>
/// <param name="Factors">S, one for each channel between them.</param>
public sealed record EqualizedPair(Tensor First, Tensor? Bias, Tensor Second, ImmutableArray<float> Factors);
