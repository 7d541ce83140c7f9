using System.Globalization;
using System.Text;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>Columns of text, padded so that they line up in a terminal or a log.</summary>
internal sealed class TextTable(params string[] header)
{
    private readonly List<string[]> _rows = [header];

    /// <summary>Adds a row; one cell for each column.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>A number with a fixed count of decimals, the same in every culture.</summary>
    public static string Number(double value, int decimals = 2) => double.IsPositiveInfinity(value) ? "inf" : double.IsNegativeInfinity(value) ? "-inf"
        : value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>A number with five significant digits.</summary>
    public static string Short(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

    /// <summary>A share of one as per cent.</summary>
    public static string Share(double value) => Number(100 * value) + " %";

    /// <summary>The lines: the header, a rule, the rows.</summary>
    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, header.Length).Select(column => _rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        for (int i = 0; i < _rows.Count; i++)
        {
            text.Append(string.Join("  ", _rows[i].Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).Append('\n');
            if (i == 0) { text.Append(string.Join("  ", widths.Select(width => new string('-', width)))).Append('\n'); }
        }
        return text.ToString();
    }
}
