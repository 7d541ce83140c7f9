using Microsoft.ML.Quantization.Tool.Running;

namespace Microsoft.ML.Quantization.Tool.Metrics;

/// <summary>Metrics of numbers against numbers, element by element, in double.</summary>
internal static class RegressionMetrics
{
    /// <summary>1 − Σ(label − output)² / Σ(label − mean)², the mean over the columns of each one's value.</summary>
    public static double R2(Tensor output, Tensor labels)
    {
        (double[] found, double[] expected, int rows) = Pairs(output, labels);
        int columns = found.Length / rows;
        double total = 0;
        for (int column = 0; column < columns; column++)
        {
            double mean = 0;
            for (int i = column; i < found.Length; i += columns) { mean += expected[i]; }
            mean /= rows;
            double residual = 0;
            double variation = 0;
            for (int i = column; i < found.Length; i += columns)
            {
                residual += (expected[i] - found[i]) * (expected[i] - found[i]);
                variation += (expected[i] - mean) * (expected[i] - mean);
            }
            if (variation == 0) { throw new QuantizationException($"All {rows} labels are {expected[column]}; R² expects labels that differ. Use --metric mse."); }
            total += 1 - residual / variation;
        }
        return total / columns;
    }

    /// <summary>mean((label − output)²).</summary>
    public static double MeanSquaredError(Tensor output, Tensor labels)
    {
        (double[] found, double[] expected, _) = Pairs(output, labels);
        return SquaredError(found, expected) / found.Length;
    }

    /// <summary>The mean over rows of 10·log₁₀(1 / mean squared error of the row), in dB: the peak is 1.</summary>
    public static double PeakSignalToNoise(Tensor output, Tensor labels)
    {
        (double[] found, double[] expected, int rows) = Pairs(output, labels);
        int columns = found.Length / rows;
        double total = 0;
        for (int row = 0; row < rows; row++)
        {
            double error = SquaredError(found.AsSpan(row * columns, columns), expected.AsSpan(row * columns, columns)) / columns;
            total -= 10 * Math.Log10(error);
        }
        return total / rows;
    }

    private static double SquaredError(ReadOnlySpan<double> found, ReadOnlySpan<double> expected)
    {
        double sum = 0;
        for (int i = 0; i < found.Length; i++) { sum += (found[i] - expected[i]) * (found[i] - expected[i]); }
        return sum;
    }

    private static (double[] Found, double[] Expected, int Rows) Pairs(Tensor output, Tensor labels) =>
        labels.Length == output.Length && labels.Shape.Rank > 0 && labels.Shape[0] == output.Shape[0]
            ? (ElementConversion.ToDoubles(output), ElementConversion.ToDoubles(labels), output.Shape[0])
            : throw new QuantizationException($"The labels have shape {labels.Shape} and the model's output {output.Shape}; expected as many labels as outputs.");
}
