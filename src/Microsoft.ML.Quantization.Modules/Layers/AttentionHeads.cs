using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>What float and quantizable attention share: heads side by side as a batch.</summary>
internal static class AttentionHeads
{
    /// <summary>Query, key and value with the batch on the second axis.</summary>
    public static ImmutableArray<Value> Check(string name, ImmutableArray<Value> values, bool batchFirst)
    {
        if (values.Length is not (3 or 4) || values.Take(3).Any(value => value.Rank != 3)) { throw new QuantizationException($"{name} was given {string.Join(", ", values)}; expected query, key and value with three axes each, and a mask or none."); }
        return [.. values.Take(3).Select(value => batchFirst ? value.Transpose(0, 1) : value)];
    }

    /// <summary>[length, batch, embedding] to [batch · heads, length, embedding / heads].</summary>
    public static Value Split(Value projected, int heads, int embedding)
    {
        (int? length, int? batch) = (projected.Dimensions[0].Size, projected.Dimensions[1].Size);
        int[] sizes = batch is { } rows ? [length ?? -1, rows * heads, embedding / heads]
            : length is { } steps ? [steps, -1, embedding / heads]
            : throw new QuantizationException($"Attention was given {projected}; expected the length or the batch to be known while a graph is written.");
        return projected.Reshape(sizes).Transpose(0, 1);
    }

    /// <summary>The joined heads [targets, batch, embedding] and the weights [batch · heads, targets, sources] of floats.</summary>
    public static (Value Joined, Value Weights) Attend(Value q, Value k, Value v, Value? mask, Value query, int embedding)
    {
        Value scores = Functions.MatMul(q, k.Transpose(1, 2));
        if (mask is not null) { scores = Functions.Add(scores, mask); }
        Value weights = Functions.Softmax(scores, -1), mixed = Functions.MatMul(weights, v).Transpose(0, 1);
        return (mixed.Reshape(query.Dimensions[0].Size ?? -1, query.Dimensions[0].Size is null ? query.Dimensions[1].Size!.Value : query.Dimensions[1].Size ?? -1, embedding), weights);
    }

    /// <summary>[batch · heads, targets, sources] to [batch, targets, sources].</summary>
    public static Value Average(Value weights, int heads) => Functions.Mean(weights.Reshape(-1, heads, Known(weights, 1), Known(weights, 2)), 1);

    private static int Known(Value weights, int axis) => weights.Dimensions[axis].Size ?? throw new QuantizationException($"Attention was given sequences of unknown length, {weights}; expected known lengths while a graph is written.");
}
