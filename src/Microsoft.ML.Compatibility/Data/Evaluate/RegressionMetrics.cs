namespace Microsoft.ML.Data;

public sealed class RegressionMetrics
{
    internal RegressionMetrics()
    {
    }

    public double MeanAbsoluteError { get; internal init; }

    public double MeanSquaredError { get; internal init; }

    public double RootMeanSquaredError { get; internal init; }

    public double LossFunction { get; internal init; }

    public double RSquared { get; internal init; }
}
