using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Microsoft.ML.Quantization.Testing.ReferenceData;

/// <summary>UCI Adult: numeric columns standardised, then categorical columns one-hot (an unseen value gives all zeros), and the class 0 or 1.</summary>
public static class Adult
{
    /// <summary>All rows of one part.</summary>
    public static ReferenceSet Load(bool training)
    {
        string[][] rows = [.. Lines(training).Select(line => line.Split(','))];
        string[] header = rows[0];
        List<Func<string[], float>> features = Features(header);
        int count = rows.Length - 1;
        var inputs = new Tensor(ElementType.Float32, new Shape(count, features.Count));
        long[] labels = new long[count];
        for (int row = 0; row < count; row++)
        {
            for (int i = 0; i < features.Count; i++) { inputs.AsSpan<float>()[row * features.Count + i] = features[i](rows[row + 1]); }
            labels[row] = long.Parse(rows[row + 1][^1], CultureInfo.InvariantCulture);
        }
        return new(inputs, Tensor.Create(labels));
    }

    private static IEnumerable<string> Lines(bool training)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(RepositoryFolder.At("test", "Data", "adult", $"adult_{(training ? "train" : "test")}.csv.gz")), CompressionMode.Decompress));
        while (reader.ReadLine() is string line)
        {
            if (line.Length > 0) { yield return line; }
        }
    }

    private static List<Func<string[], float>> Features(string[] header)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(RepositoryFolder.At("test", "Data", "adult", "preprocessing.json")));
        var features = new List<Func<string[], float>>();
        foreach (JsonElement numeric in document.RootElement.GetProperty("numeric").EnumerateArray())
        {
            int column = Column(numeric);
            double mean = numeric.GetProperty("mean").GetDouble();
            double deviation = numeric.GetProperty("std").GetDouble();
            features.Add(row => (float)((double.Parse(row[column], CultureInfo.InvariantCulture) - mean) / deviation));
        }
        foreach (JsonElement categorical in document.RootElement.GetProperty("categorical").EnumerateArray())
        {
            int column = Column(categorical);
            foreach (JsonElement value in categorical.GetProperty("values").EnumerateArray())
            {
                string text = value.GetString()!;
                features.Add(row => row[column] == text ? 1f : 0f);
            }
        }
        return features;

        int Column(JsonElement feature) => Array.IndexOf(header, feature.GetProperty("column").GetString()!.Trim()) is var index and >= 0
            ? index
            : throw new InvalidDataException($"adult has no column {feature.GetProperty("column")}.");
    }
}
