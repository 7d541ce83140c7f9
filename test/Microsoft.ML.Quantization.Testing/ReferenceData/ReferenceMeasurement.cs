using System.Collections.Immutable;
using System.Text.Json;

namespace Microsoft.ML.Quantization.Testing.ReferenceData;

/// <summary>What PyTorch reaches with one configuration of static or dynamic quantization.</summary>
/// <param name="Configuration">The configuration.</param>
/// <param name="Value">The metric on all test rows.</param>
/// <param name="SqnrDb">Signal to quantization noise of the outputs, in dB.</param>
/// <param name="Bytes">Size of the stored model.</param>
public sealed record StaticMeasurement(string Configuration, double Value, double SqnrDb, long Bytes);

/// <summary>What PyTorch measures on a reference model, from <c>test/Models/reference.json</c>.</summary>
/// <param name="Metric"><c>accuracy</c>, <c>r2</c> or <c>psnr</c>.</param>
/// <param name="Float">The metric of the float model.</param>
/// <param name="Static">All configurations of static quantization.</param>
/// <param name="Dynamic">All configurations of dynamic quantization.</param>
public sealed record ReferenceMeasurement(string Metric, double Float, ImmutableArray<StaticMeasurement> Static, ImmutableArray<StaticMeasurement> Dynamic)
{
    // A configuration that clips (histograms on rare large inputs) is no bar to be measured by.
    private const double LeastSqnrDb = 10;

    /// <summary>The measurements of one model.</summary>
    public static ReferenceMeasurement Of(string model)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(RepositoryFolder.At("test", "Models", "reference.json")));
        JsonElement entry = document.RootElement.GetProperty("models").GetProperty(model);
        return new(entry.GetProperty("metric").GetString()!, entry.GetProperty("float").GetProperty("value").GetDouble(), Rows(entry, "static"), Rows(entry, "dynamic"));
    }

    private static ImmutableArray<StaticMeasurement> Rows(JsonElement entry, string kind) => !entry.TryGetProperty(kind, out JsonElement rows) ? [] :
        [.. rows.EnumerateArray().Select(row => new StaticMeasurement(
            row.GetProperty("configuration").GetString()!, row.GetProperty("value").GetDouble(), row.GetProperty("sqnrDb").GetDouble(), row.GetProperty("bytes").GetInt64()))
            .Where(row => row.SqnrDb > LeastSqnrDb)];
}
