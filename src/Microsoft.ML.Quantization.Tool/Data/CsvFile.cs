using System.Globalization;
using System.Runtime.InteropServices;
using CsvHelper;

namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>
/// A <c>.csv</c> file: a header row, then numbers. All columns but the label become one float array [rows, columns] named
/// <see cref="FeatureName"/>, which serves a model with one input; the label becomes an array of its own, of int64 when every label is a
/// whole number, otherwise of float32. Separated by commas, with decimal points, UTF-8.
/// </summary>
internal sealed class CsvFile : DataFile
{
    /// <summary>The label column unless another is named.</summary>
    public const string DefaultLabel = "label";

    /// <summary>Name of the array of all other columns.</summary>
    public const string FeatureName = "features";

    /// <summary>The longest row, in bytes: ten times what a row of an image of 512 × 512 needs.</summary>
    private const int LongestRow = 1 << 25;

    private readonly Dictionary<string, Tensor> _arrays;

    private CsvFile(string path, Dictionary<string, Tensor> arrays) => (FilePath, _arrays, Names) = (path, arrays, [.. arrays.Keys]);

    /// <inheritdoc/>
    public override string FilePath { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; }

    /// <inheritdoc/>
    public override bool IsTable => true;

    /// <inheritdoc/>
    public override Tensor Read(string name) => _arrays.TryGetValue(name, out Tensor? tensor) ? tensor : throw Unknown(name);

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="QuantizationException">There is no header, a row has another number of fields, or a field is not a number.</exception>
    public static CsvFile Load(string path, string label)
    {
        try
        {
            using CsvReader reader = CsvReader.FromFile(path, new CsvReaderOptions
            {
                Separator = ',',
                TrackLineNumbers = true,
                TrimWhitespace = true,
                MalformedData = CsvMalformedDataHandling.Throw,
                MaxRecordSize = LongestRow,
            });
            return Read(path, reader, label);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or InvalidDataException)
        {
            throw new QuantizationException($"'{path}' cannot be read as .csv: {error.Message}", error);
        }
    }

    private static CsvFile Read(string path, CsvReader reader, string label)
    {
        string[] header = Header(path, reader);
        int labelColumn = Array.IndexOf(header, label);
        var features = new List<float>();
        var labels = new List<double>();
        while (reader.Read())
        {
            if (reader.FieldCount != header.Length)
            {
                throw new QuantizationException($"'{path}', line {reader.LineNumber}: found {reader.FieldCount} fields; expected {header.Length}, as in the header.");
            }
            for (int column = 0; column < header.Length; column++)
            {
                double number = Number(path, reader, header, column);
                if (column == labelColumn) { labels.Add(number); }
                else { features.Add((float)number); }
            }
        }
        int columns = header.Length - (labelColumn >= 0 ? 1 : 0);
        int rows = columns > 0 ? features.Count / columns : labels.Count;
        var arrays = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            [FeatureName] = Tensor.Create<float>(CollectionsMarshal.AsSpan(features), new Shape(rows, columns)),
        };
        if (labelColumn >= 0) { arrays[label] = Labels(labels); }
        return new CsvFile(path, arrays);
    }

    private static string[] Header(string path, CsvReader reader)
    {
        reader.ReadHeader();
        string[] header = [.. reader.Headers.Select(name => name.Trim())];
        if (header.Length == 0) { throw new QuantizationException($"'{path}' is empty; expected a header row and rows of numbers."); }
        if (header.All(name => double.TryParse(name, CultureInfo.InvariantCulture, out _)))
        {
            throw new QuantizationException($"'{path}' begins with numbers; expected a header row of column names.");
        }
        return header.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new QuantizationException($"'{path}' has two columns '{twice.Key}'; expected one of each name.")
            : header;
    }

    private static double Number(string path, CsvReader reader, string[] header, int column)
    {
        string field = reader.GetString(column);
        return double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw new QuantizationException($"'{path}', line {reader.LineNumber}, column '{header[column]}': found '{field}'; expected a number.");
    }

    private static Tensor Labels(List<double> labels) => labels.TrueForAll(label => Math.Floor(label) == label && Math.Abs(label) < 1L << 53)
        ? Tensor.Create<long>([.. labels.Select(label => (long)label)])
        : Tensor.Create<float>([.. labels.Select(label => (float)label)]);
}
