using System.Globalization;
using System.Text;

namespace Microsoft.ML.Data;

/// <summary>How often each class (row) was taken for each class (column).</summary>
public sealed class ConfusionMatrix
{
    private readonly string[] _names;
    private readonly bool _isBinary;

    internal ConfusionMatrix(double[][] counts, string[] names, bool isBinary = false)
    {
        (Counts, _names, _isBinary, NumberOfClasses) = ([.. counts.Select(row => (IReadOnlyList<double>)row.AsReadOnly())], names, isBinary, counts.Length);
        PerClassRecall = [.. counts.Select((row, i) => Ratio(row[i], row.Sum()))];
        PerClassPrecision = [.. counts.Select((row, i) => Ratio(row[i], counts.Sum(other => other[i])))];
    }

    public IReadOnlyList<double> PerClassPrecision { get; }

    public IReadOnlyList<double> PerClassRecall { get; }

    public IReadOnlyList<IReadOnlyList<double>> Counts { get; }

    public int NumberOfClasses { get; }

    public double GetCountForClassPair(int predictedClassIndicatorIndex, int actualClassIndicatorIndex)
    {
        Require(predictedClassIndicatorIndex, nameof(predictedClassIndicatorIndex));
        Require(actualClassIndicatorIndex, nameof(actualClassIndicatorIndex));
        return Counts[actualClassIndicatorIndex][predictedClassIndicatorIndex];
    }

    /// <remarks>ML.NET's layout to the letter: names too wide for a column are numbered in the heading.</remarks>
    public string GetFormattedConfusionTable()
    {
        int cell = NumberOfClasses == 2 ? 8 : 5;
        int widest = _names.Max(name => name.Length);
        int digits = widest > cell ? $"{NumberOfClasses - 1}".Length : 0;
        int width = Math.Max(9, digits > 0 ? widest + digits + 2 : widest);
        string rule = new('=', NumberOfClasses * (NumberOfClasses > 2 ? 8 : 11));

        var table = new StringBuilder();
        if (_isBinary)
        {
            double positives = Counts[0].Sum(), negatives = Counts[1].Sum();
            table.Append(CultureInfo.CurrentCulture, $"TEST {_names[0].ToUpper(CultureInfo.CurrentCulture)} RATIO:\t{positives / (positives + negatives):N4} ({positives:F1}/({positives:F1}+{negatives:F1}))");
        }
        table.AppendLine().AppendLine("Confusion table");
        table.Append("".PadRight(width + 1)).Append("||").AppendLine(rule);
        table.Append("PREDICTED".PadRight(width + 1)).Append("||");
        foreach ((int i, string name) in _names.Index()) { table.Append(' ').Append((digits > 0 ? $"{i}" : name).PadLeft(cell)).Append(" |"); }
        table.AppendLine(" Recall");
        table.Append("TRUTH".PadRight(width + 1)).Append("||").AppendLine(rule);
        foreach ((int i, string name) in _names.Index())
        {
            table.Append(digits > 0 ? $"{i}".PadLeft(digits) + ". " + name.PadLeft(width - digits - 2) : name.PadLeft(width)).Append(" ||");
            foreach (double count in Counts[i]) { table.Append(' ').Append($"{count:N0}".PadLeft(cell)).Append(" |"); }
            table.Append(' ').AppendLine($"{PerClassRecall[i]:F4}".PadLeft(5));
        }
        table.Append("".PadRight(width + 1)).Append("||").AppendLine(rule);
        table.Append("Precision".PadRight(width + 1)).Append("||");
        foreach (double precision in PerClassPrecision) { table.Append($"{precision:N4}".PadLeft(cell + 1)).Append(" |"); }
        return table.AppendLine().ToString();
    }

    private static double Ratio(double part, double whole) => whole > 0 ? part / whole : 0;

    private void Require(int index, string parameter)
    {
        if (index < 0 || index >= NumberOfClasses) { throw new ArgumentOutOfRangeException(parameter, "Invalid index. Should be non-negative, less than the number of classes."); }
    }
}
