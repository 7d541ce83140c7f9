using System.Globalization;
using Spectre.Console;

namespace Microsoft.ML.Quantization.Tool;

/// <summary>Writes results for people: compact tables.</summary>
internal static class TextResult
{
    /// <summary>A table of two columns without a header: what and how much.</summary>
    public static void WriteFacts(this ToolConsole console, params ReadOnlySpan<(string What, string HowMuch)> facts)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumn("").AddColumn("");
        foreach ((string what, string howMuch) in facts) { table.AddRow(new Text(what), new Text(howMuch)); }
        console.Tables().Write(table);
    }

    /// <summary>A table with a header; nothing when there are no rows.</summary>
    public static void WriteTable(this ToolConsole console, string[] header, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string column in header) { table.AddColumn(new TableColumn(new Text(column))); }
        foreach (string[] row in rows) { table.AddRow([.. row.Select(cell => new Text(cell))]); }
        if (table.Rows.Count > 0) { console.Tables().Write(table); }
    }

    /// <summary>A number with the given digits after the point, the same in every culture.</summary>
    public static string Digits(this double value, int digits) => value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>A count with separators, the same in every culture.</summary>
    public static string Grouped(this long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
