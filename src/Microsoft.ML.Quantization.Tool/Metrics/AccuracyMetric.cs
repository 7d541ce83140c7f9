using Microsoft.ML.Quantization.Tool.Running;

namespace Microsoft.ML.Quantization.Tool.Metrics;

/// <summary>
/// The share of rows whose answer is the label. The answer is the index of the largest number of the row (the first, of equal ones), or
/// the row's number itself when the model answers with whole numbers.
/// </summary>
internal static class AccuracyMetric
{
    /// <summary>Computes the share, 0 to 1.</summary>
    /// <exception cref="QuantizationException">The labels are not one class per row, or the output is not one number per class.</exception>
    public static double Compute(Tensor output, Tensor labels)
    {
        int rows = output.Shape[0];
        if (labels.Length != rows || labels.Shape.Rank == 0 || labels.Shape[0] != rows)
        {
            throw new QuantizationException($"The labels have shape {labels.Shape}; accuracy expects one whole number for each of the {rows} rows.");
        }
        int columns = output.Length / rows;
        double[] answers = ElementConversion.ToDoubles(output);
        bool areClasses = columns == 1 && output.Type is not (ElementType.Float16 or ElementType.Float32 or ElementType.Float64);
        if (columns == 1 && !areClasses)
        {
            throw new QuantizationException($"The model answers with one real number per row; accuracy expects one number for each class. Use --metric r2 or --metric mse.");
        }
        double[] expected = ElementConversion.ToDoubles(labels);
        int right = 0;
        for (int row = 0; row < rows; row++)
        {
            if (Math.Floor(expected[row]) != expected[row] || expected[row] < 0 || (!areClasses && expected[row] >= columns))
            {
                throw new QuantizationException($"The label of row {row} is {expected[row]}; accuracy expects a class from 0{(areClasses ? "" : $" to {columns - 1}")}.");
            }
            double answer = areClasses ? answers[row] : ArgMax(answers.AsSpan(row * columns, columns));
            if (answer == expected[row]) { right++; }
        }
        return (double)right / rows;
    }

    /// <summary>Index of the largest number; the first of equal ones.</summary>
    public static int ArgMax(ReadOnlySpan<double> numbers)
    {
        int best = 0;
        for (int i = 1; i < numbers.Length; i++)
        {
            if (numbers[i] > numbers[best]) { best = i; }
        }
        return best;
    }
}
