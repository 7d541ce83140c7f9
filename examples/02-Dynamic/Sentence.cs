using Microsoft.ML.Data;

namespace DynamicQuantization;

/// <summary>One row of the file: what somebody wrote, and whether it was praise.</summary>
public sealed class Sentence
{
    /// <summary>1 for praise, 0 for a complaint.</summary>
    [LoadColumn(0)]
    public int Label { get; set; }

    /// <summary>The sentence.</summary>
    [LoadColumn(2)]
    public string Text { get; set; } = "";
}

/// <summary>A sentence as the network reads it.</summary>
public sealed class Tokens
{
    /// <summary>Numbers of its first words in the vocabulary; 0 where it has no more, 1 for a word that is not there.</summary>
    [VectorType(Vocabulary.Length)]
    public long[] Ids { get; set; } = [];
}
