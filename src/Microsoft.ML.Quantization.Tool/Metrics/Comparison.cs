using System.Collections.Immutable;
using Microsoft.ML.Quantization.Tool.Running;

namespace Microsoft.ML.Quantization.Tool.Metrics;

/// <summary>How far a model's outputs are from those of its float self.</summary>
/// <param name="SqnrDecibels">10·log₁₀(mean(float²) / mean((float − int8)²)) over all outputs; infinite when they are equal.</param>
/// <param name="Agreement">Share of rows whose largest number of the first output (or the judged one) stands in the same place.</param>
/// <param name="Outputs">The same for each output alone, in the model's order.</param>
internal readonly record struct Comparison(double SqnrDecibels, double Agreement, ImmutableArray<(double SqnrDecibels, double Agreement)> Outputs)
{
    /// <summary>Compares outputs with those of the reference.</summary>
    /// <exception cref="QuantizationException">The two models have different outputs.</exception>
    public static Comparison Of(ImmutableArray<Tensor> outputs, ImmutableArray<Tensor> reference, int judged = 0)
    {
        if (!outputs.Select(output => output.Shape).SequenceEqual(reference.Select(output => output.Shape)))
        {
            throw new QuantizationException($"The model gives {string.Join(", ", outputs)} and the reference {string.Join(", ", reference)}; expected outputs of the same shapes. Is the reference the float form of this model?");
        }
        double signal = 0, noise = 0;
        var each = ImmutableArray.CreateBuilder<(double, double)>(outputs.Length);
        for (int i = 0; i < outputs.Length; i++)
        {
            double[] found = ElementConversion.ToDoubles(outputs[i]), expected = ElementConversion.ToDoubles(reference[i]);
            double ownSignal = 0, ownNoise = 0;
            for (int element = 0; element < found.Length; element++)
            {
                ownSignal += expected[element] * expected[element];
                ownNoise += (expected[element] - found[element]) * (expected[element] - found[element]);
            }
            (signal, noise) = (signal + ownSignal, noise + ownNoise);
            each.Add((10 * Math.Log10(ownSignal / ownNoise), SameAnswer(found, expected, outputs[i].Shape[0])));
        }
        return new(10 * Math.Log10(signal / noise), each[judged].Item2, each.MoveToImmutable());
    }

    private static double SameAnswer(double[] found, double[] expected, int rows)
    {
        int columns = found.Length / rows;
        int same = 0;
        for (int row = 0; row < rows; row++)
        {
            if (AccuracyMetric.ArgMax(found.AsSpan(row * columns, columns)) == AccuracyMetric.ArgMax(expected.AsSpan(row * columns, columns))) { same++; }
        }
        return (double)same / rows;
    }
}
