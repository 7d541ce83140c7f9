using System.Text;

namespace Microsoft.ML.Data;

/// <summary>How often each class (row) was taken for each class (column).</summary>
public sealed class ConfusionMatrix
{
    private readonly string[] _names;

    internal ConfusionMatrix(double[][] counts, string[] names)
    {
        (Counts, _names, NumberOfClasses) = ([.. counts.Select(row => (IReadOnlyList<double>)row.AsReadOnly())], names, counts.Length);
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

    public string GetFormattedConfusionTable()
    {
        int width = Math.Max(_names.Max(name => name.Length), 9);
        int cell = Math.Max(width, 6) + 2;
        var table = new StringBuilder();
        table.AppendLine().AppendLine("Confusion table");
        table.Append("PREDICTED".PadRight(width)).Append(" ||").AppendJoin("|", _names.Select(name => name.PadLeft(cell))).AppendLine("| Recall");
        table.AppendLine("TRUTH".PadRight(width) + " ||" + new string('=', (cell + 1) * NumberOfClasses));
        for (int i = 0; i < NumberOfClasses; i++)
        {
            table.Append(_names[i].PadLeft(width)).Append(" ||").AppendJoin("|", Counts[i].Select(count => $"{count:N0}".PadLeft(cell))).AppendLine($"| {PerClassRecall[i]:F4}");
        }

        return table.Append("Precision".PadRight(width)).Append(" ||").AppendJoin("|", PerClassPrecision.Select(value => $"{value:N4}".PadLeft(cell))).AppendLine("|").ToString();
    }

    private static double Ratio(double part, double whole) => whole > 0 ? part / whole : 0;

    private void Require(int index, string parameter)
    {
        if (index < 0 || index >= NumberOfClasses) { throw new ArgumentOutOfRangeException(parameter, "Invalid index. Should be non-negative, less than the number of classes."); }
    }
}
