using System.Text;

namespace Microsoft.ML.Data;

/// <summary>
/// The rows among the lines of files. Empty lines and lines that begin with // are none, nor, before the first row of a file, are
/// those that begin with #. Where there are headers, the first row of each file is one.
/// </summary>
internal static class TextLines
{
    public static IEnumerable<TextLine> Read(IMultiStreamSource files, TextFormat format) =>
        format.MaxRows > int.MaxValue ? ReadAll(files, format) : ReadAll(files, format).Take((int)format.MaxRows);

    private static IEnumerable<TextLine> ReadAll(IMultiStreamSource files, TextFormat format)
    {
        for (int file = 0; file < files.Count; file++)
        {
            string path = files.GetPathOrNull(file);
            using TextReader reader = files.OpenTextReader(file);
            bool first = true;
            long number = 0;
            while (NextOrThrow(reader, format, first, number) is { } text)
            {
                number++;
                if (text.Length == 0 || text.StartsWith("//", StringComparison.Ordinal) || (first && text[0] == '#')) { continue; }
                if (!first || !format.HasHeader) { yield return new(path, number, text); }
                first = false;
            }
        }
    }

    private static string NextOrThrow(TextReader reader, TextFormat format, bool first, long number)
    {
        try
        {
            return Next(reader, format, first, number);
        }
        catch (IOException error)
        {
            throw new FormatException("Stream reading encountered exception", error);
        }
    }

    private static string Next(TextReader reader, TextFormat format, bool first, long number)
    {
        string line = reader.ReadLine();
        if (!format.Multilines || string.IsNullOrEmpty(line) || line.StartsWith("//", StringComparison.Ordinal) || (first && line[0] == '#')) { return line; }
        if (!EndsInsideQuotes(line, format, inside: false)) { return line; }

        var text = new StringBuilder(line);
        for (bool open = true; open;)
        {
            line = reader.ReadLine()
                ?? throw new EndOfStreamException($"A quoted field opened on line {number} was never closed, and we've read to the last line in the file without finding the closing quote");
            text.Append('\n').Append(line);
            open = EndsInsideQuotes(line, format, inside: true);
        }
        return text.ToString();
    }

    private static bool EndsInsideQuotes(string line, TextFormat format, bool inside)
    {
        if (line.Length == 0) { return inside; }
        for (int at = 0; ;)
        {
            bool open = SkipField(line, format, inside, ref at, out bool wrong);
            while (at < line.Length && format.Separators.Contains(line[at])) { at++; }
            if (wrong || at >= line.Length) { return open; }
            inside = false;
        }
    }

    /// <summary>
    /// Passes over one field; true where the line ends inside its quotes. After illegal quoting the rest of the line counts for nothing,
    /// and as ML.NET has it, every quoted field is illegal in that sense where the escape is another character than the quote.
    /// </summary>
    private static bool SkipField(string line, TextFormat format, bool inside, ref int at, out bool wrong)
    {
        wrong = false;
        while (!inside && !format.SeparatedBySpace && at < line.Length && line[at] == ' ') { at++; }
        if (at >= line.Length) { return inside; }
        if (!inside && line[at] != '"')
        {
            while (at < line.Length && !format.Separators.Contains(line[at])) { at++; }
            return false;
        }

        for (at += inside ? 0 : 1; ; at++)
        {
            if (at >= line.Length) { return true; }
            if (format.Escape == '"' && line[at] == '"' && (++at >= line.Length || line[at] != '"')) { break; }
            if (format.Escape == '"') { continue; }
            if (line[at] == format.Escape) { at++; }
            else if (line[at] == '"') { break; }
        }

        while (!format.SeparatedBySpace && at < line.Length && line[at] == ' ') { at++; }
        wrong = at < line.Length && !format.Separators.Contains(line[at]);
        return false;
    }
}
