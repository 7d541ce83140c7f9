using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>A row with columns of many kinds.</summary>
internal sealed class Wide
{
    [VectorType(16)]
    public VBuffer<float> Features { get; set; }

    [KeyType(10)]
    public uint Key { get; set; }

    public string Text { get; set; } = "";

    [VectorType(50)]
    public VBuffer<float> Sparse { get; set; }

    [VectorType(2)]
    public string[] Words { get; set; } = [];

    public DateTime Day { get; set; }

    public static Wide[] Draw(int count)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, count).Select(i => new Wide
        {
            Features = Sparsely(random, 16),
            Key = (uint)random.Next(10),
            Text = string.Concat(Enumerable.Repeat((char)('a' + (i % 26)), random.Next(12))),
            Sparse = Sparsely(random, 50),
            Words = [$"w{i}", "é" + random.Next(9)],
            Day = new DateTime(2020, 1, 1).AddDays(i),
        })];
    }

    private static VBuffer<float> Sparsely(Random random, int length)
    {
        int[] indices = [.. Enumerable.Range(0, length).Where(_ => random.Next(3) == 0)];
        return new(length, indices.Length, [.. indices.Select(_ => random.NextSingle() * 2 - 1)], indices);
    }
}
