using System.Globalization;
using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// The options that a text file carries in the lines #@ before its first row, as ML.NET's text saver writes them:
/// <c>#@ TextLoader{ header+ sep=comma col=Label:R4:0 col=Features:R4:1-4 }</c>. They hold where the caller gives none.
/// </summary>
internal static class EmbeddedOptions
{
    private const string Invalid = "TextLoader options embedded in the file are invalid";

    private static readonly TextLoader.Options s_defaults = new();

    /// <summary>The caller's options, or the file's in their place.</summary>
    public static TextLoader.Options Or(TextLoader.Options options, IMultiStreamSource files, IHostEnvironment environment)
    {
        if (options.Columns is { Length: > 0 }) { return options; }
        string text = Read(files);
        if (string.IsNullOrWhiteSpace(text)) { return options; }

        using IChannel channel = environment.Start("Parsing options from file");
        if (!AreDefault(options))
        {
            channel.Warning(MessageSensitivity.All, "Arguments cannot be embedded in the file and in the command line. The embedded arguments will be ignored");
            return options;
        }
        TextLoader.Options embedded = Parse(text, channel) ?? throw new InvalidOperationException(Invalid);
        (embedded.UseThreads, embedded.HeaderFile, embedded.MaxRows) = (options.UseThreads, options.HeaderFile, options.MaxRows);
        return embedded;
    }

    private static bool AreDefault(TextLoader.Options options) =>
        (options.AllowQuoting, options.AllowSparse, options.InputSize, options.DecimalMarker, options.TrimWhitespace, options.HasHeader, options.ReadMultilines, options.EscapeChar, options.MissingRealsAsNaNs)
            == (s_defaults.AllowQuoting, s_defaults.AllowSparse, s_defaults.InputSize, s_defaults.DecimalMarker, s_defaults.TrimWhitespace, s_defaults.HasHeader, s_defaults.ReadMultilines, s_defaults.EscapeChar, s_defaults.MissingRealsAsNaNs)
        && options.Separators.SequenceEqual(s_defaults.Separators);

    private static string Read(IMultiStreamSource files)
    {
        if (files.Count == 0) { return ""; }
        var text = new StringBuilder();
        using TextReader reader = files.OpenTextReader(0);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line.StartsWith("//", StringComparison.Ordinal)) { continue; }
            if (line[0] != '#') { break; }
            if (line.Length > 2 && line[1] == '@') { text.Append(line.AsSpan(2).Trim()).Append(' '); }
        }
        return text.ToString().Trim();
    }

    private static TextLoader.Options Parse(string text, IChannel channel)
    {
        int brace = text.IndexOf('{');
        if (brace < 0 || text[^1] != '}' || text[..brace].Trim() is not ("TextLoader" or "Text")) { return null; }

        var options = new TextLoader.Options();
        var columns = new List<TextLoader.Column>();
        foreach ((string name, string value) in Settings(text[(brace + 1)..^1]))
        {
            if (name.ToLowerInvariant() is "col" or "column")
            {
                if (Column(value) is { } column) { columns.Add(column); }
                else
                {
                    channel.Error(MessageSensitivity.All, "Expected arguments in curly braces for 'column'");
                    return null;
                }
            }
            else if (!Set(options, name, value))
            {
                channel.Error(MessageSensitivity.All, $"Unrecognized command line argument '{name}'");
                return null;
            }
        }
        options.Columns = [.. columns];
        return columns.Count > 0 ? options : null;
    }

    /// <summary>name=value, name+ and name-, apart by white space; a value may stand in braces.</summary>
    private static IEnumerable<(string Name, string Value)> Settings(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            int start = at, depth = 0;
            for (; at < text.Length && (depth > 0 || !char.IsWhiteSpace(text[at])); at++) { depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0; }
            string setting = text[start..at];
            int equals = setting.IndexOf('=');
            yield return equals < 0 ? (setting[..^1], setting[^1..]) : (setting[..equals], setting[(equals + 1)..]);
        }
    }

    private static bool Set(TextLoader.Options options, string name, string value)
    {
        bool? flag = value switch { "+" => true, "-" => false, _ => null };
        switch (name.ToLowerInvariant())
        {
            case "quote" or "allowquoting" when flag is { } on: options.AllowQuoting = on; return true;
            case "sparse" or "allowsparse" when flag is { } on: options.AllowSparse = on; return true;
            case "trim" or "trimwhitespace" when flag is { } on: options.TrimWhitespace = on; return true;
            case "header" or "hasheader" when flag is { } on: options.HasHeader = on; return true;
            case "multilines" or "readmultilines" when flag is { } on: options.ReadMultilines = on; return true;
            case "missingrealnan" or "missingrealsasnans" when flag is { } on: options.MissingRealsAsNaNs = on; return true;
            case "threads" or "usethreads": return flag is not null;
            case "size" or "inputsize" when Number(value) is { } size: options.InputSize = size; return true;
            case "sep" or "separator": options.Separators = Separators(value); return options.Separators.Length > 0;
            case "decimal" or "decimalmarker" when value.Length == 1: options.DecimalMarker = value[0]; return true;
            case "escapechar" when value.Length == 1: options.EscapeChar = value[0]; return true;
            default: return false;
        }
    }

    private static char[] Separators(string value) => value == "," ? [','] : [.. value.ToLowerInvariant().Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => name switch
    {
        "space" => ' ',
        "tab" => '\t',
        "comma" => ',',
        "colon" => ':',
        "semicolon" => ';',
        "bar" => '|',
        _ => name[0],
    })];

    /// <summary>name:ranges or name:type:ranges.</summary>
    private static TextLoader.Column Column(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length is not (2 or 3) || string.IsNullOrWhiteSpace(parts[0])) { return null; }
        var column = new TextLoader.Column { Name = parts[0], Source = [.. parts[^1].Split(',').Select(Range)] };
        if (column.Source.Contains(null)) { return null; }
        if (parts.Length == 2) { return column; }

        string type = parts[1];
        int bracket = type.IndexOf('[');
        if (bracket >= 0)
        {
            string count = type[(bracket + 1)..].TrimEnd(']');
            if (type[^1] != ']' || (count.Length > 0 && Number(count) is not > 0)) { return null; }
            column.KeyCount = Number(count) is { } keys ? new((ulong)keys) : new();
            type = type[..bracket];
        }
        if (Kind(type) is not { } kind) { return null; }
        column.DataKind = kind;
        return column;
    }

    private static DataKind? Kind(string name) => name.ToUpperInvariant() switch
    {
        "" or "R4" or "NUM" => DataKind.Single,
        "R8" => DataKind.Double,
        "I1" => DataKind.SByte,
        "I2" => DataKind.Int16,
        "I4" => DataKind.Int32,
        "I8" => DataKind.Int64,
        "U1" => DataKind.Byte,
        "U2" => DataKind.UInt16,
        "U4" => DataKind.UInt32,
        "U8" => DataKind.UInt64,
        "TX" or "TXT" or "TEXT" => DataKind.String,
        "BL" or "BOOL" => DataKind.Boolean,
        "TS" or "TIMESPAN" => DataKind.TimeSpan,
        "DT" or "DATETIME" => DataKind.DateTime,
        "DZ" or "DATETIMEZONE" => DataKind.DateTimeOffset,
        _ => null,
    };

    /// <summary>5, 1-4, 1-* to the last field, 1-** to the end of whatever line it is, ~ for all fields no other column has.</summary>
    private static TextLoader.Range Range(string text)
    {
        int dash = text.IndexOfAny(['-', '~']);
        if (dash < 0) { return Number(text) is { } index ? new(index) : null; }
        bool others = text[dash] == '~';
        int? min = dash > 0 ? Number(text[..dash]) : others ? 0 : null;
        string rest = text[(dash + 1)..];
        if (min is not { } first) { return null; }
        var range = new TextLoader.Range { Min = first, AllOther = others, ForceVector = true, AutoEnd = rest is "" or "*", VariableEnd = rest == "**" };
        if (!range.AutoEnd && !range.VariableEnd)
        {
            if (Number(rest) is not { } last) { return null; }
            range.Max = last;
        }
        return range;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
