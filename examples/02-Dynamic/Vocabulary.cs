using System.Text.RegularExpressions;

namespace DynamicQuantization;

/// <summary>The words the network was trained with, a line each; the line's number is the word's.</summary>
/// <param name="path">The file.</param>
public sealed partial class Vocabulary(string path)
{
    /// <summary>Words the network reads of a sentence.</summary>
    public const int Length = 32;

    private const long Unknown = 1;

    private readonly Dictionary<string, long> _numbers = File.ReadLines(path).Select((word, i) => (word, i)).ToDictionary(pair => pair.word, pair => (long)pair.i);

    /// <summary>The numbers of a sentence's first <see cref="Length"/> words.</summary>
    public long[] Read(string sentence)
    {
        long[] ids = new long[Length];
        int count = 0;
        foreach (Match word in Words().Matches(sentence.ToLowerInvariant()).Take(Length)) { ids[count++] = _numbers.GetValueOrDefault(word.Value, Unknown); }
        return ids;
    }

    [GeneratedRegex("[a-z0-9']+|[!?$£]")]
    private static partial Regex Words();
}
