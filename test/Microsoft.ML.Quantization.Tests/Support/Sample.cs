using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>A row with four features, a number and a text.</summary>
internal sealed class Sample
{
    [VectorType(4)]
    public float[] Features { get; set; } = [];

    public float Amount { get; set; }

    [VectorType(2)]
    public float[] Pair { get; set; } = [];

    public string Text { get; set; } = "";

    public static Sample[] Draw(int count, int seed = 7)
    {
        var random = new Random(seed);
        float[] Vector(int length) => [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() * 4 - 2)];
        return [.. Enumerable.Range(0, count).Select(i => new Sample { Features = Vector(4), Amount = Vector(1)[0], Pair = Vector(2), Text = $"row {i}" })];
    }

    public static IDataView View(MLContext ml, int count = 90) => ml.Data.LoadFromEnumerable(Draw(count));
}

/// <summary>What a pipeline answers.</summary>
internal sealed class Scored
{
    public float[] Score { get; set; } = [];
}
