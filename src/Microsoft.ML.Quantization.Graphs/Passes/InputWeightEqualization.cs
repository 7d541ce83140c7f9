using System.Collections.Immutable;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Balances the range of each input channel of a layer with that of the weights it meets.
/// <code>
/// e  = √((max w − min w) / (max x − min x))     one factor per input channel; 1 in place of 0, ∞ and NaN
/// x' = x · e          W' = W · (1/e)
/// </code>
/// The factor of x goes into the rows and bias of the layer before it where that layer feeds nothing else; otherwise a Mul is added.
/// </summary>
/// <remarks>
/// Needs data, because the ranges of x do. Runs on a fused float graph before Prepare; observers then see the scaled input. Source: PyTorch
/// <c>torch.ao.quantization.fx._equalize</c>, <c>_InputEqualizationObserver</c>, <c>_WeightEqualizationObserver</c>.
/// </remarks>
public static class InputWeightEqualization
{
    /// <summary>The factors e.</summary>
    /// <param name="input">Ranges of the input's channels.</param>
    /// <param name="weight">Ranges of the weights' input channels.</param>
    /// <exception cref="QuantizationException">One has seen nothing, or they do not have the same number of channels.</exception>
    public static ImmutableArray<float> Factors(RangeObserver input, RangeObserver weight)
    {
        if (input.Count == 0 || weight.Count == 0) { throw new QuantizationException("The input or the weights were never observed; expected at least one batch of data."); }
        if (input.Minima.Length != weight.Minima.Length)
        {
            throw new QuantizationException($"The input has {input.Minima.Length} channels and the weights {weight.Minima.Length}; expected the same number. Check the channel axes.");
        }
        var factors = ImmutableArray.CreateBuilder<float>(input.Minima.Length);
        for (int c = 0; c < input.Minima.Length; c++)
        {
            float factor = MathF.Sqrt((weight.Maxima[c] - weight.Minima[c]) / (input.Maxima[c] - input.Minima[c]));
            factors.Add(factor > 0 && float.IsFinite(factor) ? factor : 1f);
        }
        return factors.MoveToImmutable();
    }

    /// <summary>The range of the scaled input over all channels: what its observer will see.</summary>
    public static (float Minimum, float Maximum) ScaledRange(RangeObserver input, ImmutableArray<float> factors)
    {
        (float minimum, float maximum) = (float.PositiveInfinity, float.NegativeInfinity);
        for (int c = 0; c < factors.Length; c++)
        {
            minimum = MathF.Min(minimum, input.Minima[c] * factors[c]);
            maximum = MathF.Max(maximum, input.Maxima[c] * factors[c]);
        }
        return (minimum, maximum);
    }

    /// <summary>Equalizes every Conv and Gemm of a float graph, or those named.</summary>
    /// <param name="graph">A fused float graph.</param>
    /// <param name="batches">Representative data, one tensor for each input of the graph. Read once.</param>
    /// <param name="nodes">The layers; all when left out.</param>
    /// <param name="operators">The operators that nodes may name.</param>
    /// <exception cref="QuantizationException">There is no batch, one does not fit, or a name is not in the graph.</exception>
    public static PassResult Run(Graph graph, IEnumerable<ImmutableArray<Tensor>> batches, IReadOnlySet<string>? nodes = null, OperatorList? operators = null)
    {
        foreach (string name in nodes ?? ImmutableHashSet<string>.Empty) { _ = graph.Node(name); }
        return new InputWeightRewrite(graph, nodes, operators ?? OperatorList.BuiltIn).Run(batches);
    }
}
