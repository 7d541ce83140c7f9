using System.Globalization;

namespace Microsoft.ML.Quantization.Testing.ReferenceData;

/// <summary>
/// UCI Bike Sharing as windows of 24 hours and 8 channels: sine and cosine of the hour, temperature, humidity, wind, working day,
/// weather, demand / 1000; the right answer is the demand of the next hour / 1000. Both files laid end to end are one series; windows
/// that begin before row 13,925 and end before it train, those from row 13,925 test.
/// </summary>
public static class BikeSharing
{
    private const int Hours = 24;
    private const int Channels = 8;
    private const int FirstTestRow = 13_925;

    /// <summary>All windows of one part.</summary>
    public static ReferenceSet Load(bool training)
    {
        float[][] series = [.. Series("hour_train.csv"), .. Series("hour_test.csv")];
        int first = training ? 0 : FirstTestRow;
        int end = (training ? FirstTestRow : series.Length) - Hours;
        var inputs = new Tensor(ElementType.Float32, new Shape(end - first, Channels, Hours));
        var labels = new Tensor(ElementType.Float32, new Shape(end - first));
        Span<float> target = inputs.AsSpan<float>();
        for (int window = first; window < end; window++)
        {
            for (int channel = 0; channel < Channels; channel++)
            {
                for (int hour = 0; hour < Hours; hour++) { target[((window - first) * Channels + channel) * Hours + hour] = series[window + hour][channel]; }
            }
            labels.AsSpan<float>()[window - first] = series[window + Hours][Channels - 1];
        }
        return new(inputs, labels);
    }

    private static IEnumerable<float[]> Series(string name)
    {
        string[] lines = File.ReadAllLines(RepositoryFolder.At("test", "Data", "bike", name));
        string[] header = lines[0].Split(',');
        foreach (string line in lines.AsEnumerable().Skip(1).Where(line => line.Length > 0))
        {
            string[] fields = line.Split(',');
            double angle = 2 * Math.PI * Number("hr") / 24;
            yield return [(float)Math.Sin(angle), (float)Math.Cos(angle), (float)Number("temp"), (float)Number("hum"), (float)Number("windspeed"),
                (float)Number("workingday"), (float)((Number("weathersit") - 1) / 3), (float)(Number("cnt") / 1000)];

            double Number(string column) => double.Parse(fields[Array.IndexOf(header, column)], CultureInfo.InvariantCulture);
        }
    }
}
