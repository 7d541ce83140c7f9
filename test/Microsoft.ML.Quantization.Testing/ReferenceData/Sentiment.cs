using System.Globalization;

namespace Microsoft.ML.Quantization.Testing.ReferenceData;

/// <summary>UCI Sentiment Labelled Sentences: word numbers, 0 behind the end up to 32 of them, and whether the sentence is friendly.</summary>
public static class Sentiment
{
    private const int Words = 32;

    /// <summary>The test rows.</summary>
    public static ReferenceSet Test()
    {
        string[] lines = File.ReadAllLines(RepositoryFolder.At("examples", "data", "sentiment", "test.tsv"))[1..];
        var ids = new Tensor(ElementType.Int64, new Shape(lines.Length, Words));
        long[] labels = new long[lines.Length];
        for (int row = 0; row < lines.Length; row++)
        {
            string[] fields = lines[row].Split('\t');
            string[] words = fields[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (int i = 0; i < Math.Min(words.Length, Words); i++) { ids.AsSpan<long>()[row * Words + i] = long.Parse(words[i], CultureInfo.InvariantCulture); }
            labels[row] = long.Parse(fields[0], CultureInfo.InvariantCulture);
        }
        return new(ids, Tensor.Create(labels));
    }
}
