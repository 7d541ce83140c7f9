namespace Microsoft.ML.Quantization.Testing.ReferenceData;

/// <summary>Which rows belong to which reference model.</summary>
public static class ReferenceSets
{
    /// <summary>The models there are rows for.</summary>
    public static string[] Models { get; } = ["fashion_cnn", "digits_mlp", "adult_mlp", "bike_tcn", "fashion_ae"];

    /// <summary>The rows the model's calibration rows are drawn from.</summary>
    public static ReferenceSet Training(string model) => Load(model, training: true);

    /// <summary>The rows the model is judged by.</summary>
    public static ReferenceSet Test(string model) => Load(model, training: false);

    private static ReferenceSet Load(string model, bool training) => model switch
    {
        "fashion_cnn" => FashionMnist.Classification(training),
        "fashion_ae" => FashionMnist.Reconstruction(training),
        "digits_mlp" => Digits.Load(training),
        "adult_mlp" => Adult.Load(training),
        "bike_tcn" => BikeSharing.Load(training),
        "sentiment_bag" or "sentiment_lstm" when !training => Sentiment.Test(),
        _ => throw new ArgumentException($"There are no rows for '{model}'; expected one of {string.Join(", ", Models)}.", nameof(model)),
    };
}
