using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>A row of four tokens out of twenty, in every form that a network of tokens can read.</summary>
internal sealed class TokenRow
{
    public const int Vocabulary = 20;
    public const int Length = 4;

    [VectorType(Length)]
    public long[] Longs { get; set; } = [];

    [VectorType(Length)]
    public int[] Ints { get; set; } = [];

    [VectorType(Length), KeyType(Vocabulary)]
    public uint[] Keys { get; set; } = [];

    [VectorType(Length), KeyType(Vocabulary)]
    public byte[] SmallKeys { get; set; } = [];

    public long Long { get; set; }

    public int Int { get; set; }

    [KeyType(Vocabulary)]
    public uint Key { get; set; }

    [VectorType(Length)]
    public float[] Floats { get; set; } = [];

    public static TokenRow[] Draw(int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(_ => Of([.. Enumerable.Range(0, Length).Select(_ => random.Next(Vocabulary))]))];
    }

    public static TokenRow Of(int[] tokens) => new()
    {
        Longs = [.. tokens.Select(token => (long)token)],
        Ints = tokens,
        // ML.NET takes keys in vectors as they are stored, the first as 1, and single keys from 0.
        Keys = [.. tokens.Select(token => (uint)token + 1)],
        SmallKeys = [.. tokens.Select(token => (byte)(token + 1))],
        Long = tokens[0],
        Int = tokens[0],
        Key = (uint)tokens[0],
        Floats = [.. tokens.Select(token => (float)token)],
    };
}
