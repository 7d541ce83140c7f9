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
            while (Next(reader, format, first, number) is { } text)
            {
                number++;
                if (text.Length == 0 || text.StartsWith("//", StringComparison.Ordinal) || (first && text[0] == '#')) { continue; }
                if (!first || !format.HasHeader) { yield return new(path, number, text); }
                first = false;
            }
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
        bool atStart = true;
        for (int i = 0; i < line.Length; i++)
        {
            char letter = line[i];
            if (inside)
            {
                if (letter == format.Escape && format.Escape != '"') { i++; }
                else if (letter == '"' && format.Escape == '"' && i + 1 < line.Length && line[i + 1] == '"') { i++; }
                else if (letter == '"') { (inside, atStart) = (false, false); }
            }
            else if (format.Separators.Contains(letter)) { atStart = true; }
            else if (atStart && letter == '"') { inside = true; }
            else if (letter != ' ') { atStart = false; }
        }
        return inside;
    }
}
