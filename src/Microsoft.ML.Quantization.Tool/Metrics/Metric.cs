namespace Microsoft.ML.Quantization.Tool.Metrics;

/// <summary>How good a model's answers are, given the right ones.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Compute">The value, from the model's first output and the labels.</param>
internal sealed record Metric(string Name, Func<Tensor, Tensor, double> Compute)
{
    /// <summary>All metrics.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        new("accuracy", AccuracyMetric.Compute),
        new("r2", RegressionMetrics.R2),
        new("mse", RegressionMetrics.MeanSquaredError),
        new("psnr", RegressionMetrics.PeakSignalToNoise),
    ];

    /// <summary>The metric of that name.</summary>
    public static Metric Find(string name) => All.First(metric => metric.Name == name);

    /// <summary>The metric that suits labels when none was asked for: classes for whole numbers, images for three axes and more, else a regression.</summary>
    public static Metric Suits(Tensor labels) =>
        labels.Type is not (ElementType.Float16 or ElementType.Float32 or ElementType.Float64) ? Find("accuracy") :
        labels.Shape.Rank >= 3 ? Find("psnr") :
        labels.Length > 1 ? Find("r2") : Find("mse");
}
