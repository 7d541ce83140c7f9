namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Rows of a <see cref="PackedEmbedding"/> by index, alone or reduced in bags (<c>quantized::embedding_*</c>, <c>quantized::embedding_bag_*</c>). Results are float32.</summary>
public static class Embeddings
{
    private static readonly EmbeddingBagOptions s_default = new();

    /// <summary>The rows of the indices (PyTorch <c>quantized::embedding_byte</c>, <c>embedding_4bit</c>).</summary>
    /// <param name="table">The rows.</param>
    /// <param name="indices">int64 or int32 of any shape.</param>
    /// <param name="compressedIndices">See <see cref="EmbeddingBagOptions.CompressedIndices"/>; a row that was left out is zeros.</param>
    /// <returns>[indices…, columns].</returns>
    /// <exception cref="QuantizationException">An index is outside of the table.</exception>
    public static Tensor Embedding(PackedEmbedding table, Tensor indices, Tensor? compressedIndices = null)
    {
        long[] rows = Indices(indices, "Indices");
        var result = new Tensor(ElementType.Float32, new Shape([.. indices.Shape.Sizes, table.Columns]));
        for (int i = 0; i < rows.Length; i++)
        {
            if (Row(table, rows[i], compressedIndices) is { } row) { Add(table, row, 1f, result.AsSpan<float>().Slice(i * table.Columns, table.Columns)); }
        }
        return result;
    }

    /// <summary>
    /// Reduces the rows of each bag: <c>acc = fma(w · scale, code, acc + w · bias)</c> in the order of the indices (PyTorch
    /// <c>quantized::embedding_bag_byte_rowwise_offsets</c> and its kin, which know the sum only).
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="indices">int64 or int32: [n] with offsets, or [bags, length] without.</param>
    /// <param name="offsets">int64 or int32: where each bag starts in the indices, ascending from 0; null for indices of rank 2.</param>
    /// <param name="options">Mode, weights and the rest.</param>
    /// <returns>[bags, columns].</returns>
    /// <exception cref="QuantizationException">An index is outside of the table, the offsets do not ascend, or weights do not fit.</exception>
    public static Tensor EmbeddingBag(PackedEmbedding table, Tensor indices, Tensor? offsets, EmbeddingBagOptions? options = null)
    {
        options ??= s_default;
        long[] rows = Indices(indices, "Indices");
        int[] bounds = Bounds(indices, offsets, options.IncludeLastOffset);
        RequireWeights(options, rows.Length);
        var result = new Tensor(ElementType.Float32, new Shape(bounds.Length - 1, table.Columns));
        for (int bag = 0; bag < bounds.Length - 1; bag++)
        {
            Reduce(table, rows, bounds[bag], bounds[bag + 1], options, result.AsSpan<float>().Slice(bag * table.Columns, table.Columns));
        }
        return result;
    }

    private static void Reduce(PackedEmbedding table, long[] rows, int first, int end, EmbeddingBagOptions options, Span<float> sum)
    {
        int count = 0;
        Span<float> row = options.Mode == BagMode.Max ? new float[sum.Length] : [];
        for (int i = first; i < end; i++)
        {
            if (rows[i] == options.PaddingIndex || Row(table, rows[i], options.CompressedIndices) is not { } at) { continue; }
            float weight = options.PerSampleWeights is null ? 1f : options.PerSampleWeights.AsSpan<float>()[i];
            if (options.Mode != BagMode.Max || count == 0) { Add(table, at, weight, sum); }
            else
            {
                row.Clear();
                Add(table, at, weight, row);
                for (int column = 0; column < row.Length; column++) { sum[column] = MathF.Max(sum[column], row[column]); }
            }
            count++;
        }
        if (options.Mode == BagMode.Mean && count > 0) { FloatLoops.DivideBy(sum, count); }
    }

    private static void Add(PackedEmbedding table, int row, float weight, Span<float> sum)
    {
        (float scale, float bias) = table.Parameters(row);
        (scale, bias) = (scale * weight, bias * weight);
        for (int column = 0; column < sum.Length; column++) { sum[column] = MathF.FusedMultiplyAdd(scale, table.Code(row, column), sum[column] + bias); }
    }

    // The row of the table, or null for one that was left out of it.
    private static int? Row(PackedEmbedding table, long index, Tensor? compressed)
    {
        if (compressed is not null && !(compressed.Length == 1 && compressed.AsSpan<int>()[0] == 0))
        {
            if (index < 0 || index >= compressed.Length) { throw new QuantizationException($"Found index {index}; expected 0 to {compressed.Length - 1}, which the compressed indices cover."); }
            index = compressed.AsSpan<int>()[(int)index];
            if (index == -1) { return null; }
        }
        return index >= 0 && index < table.Rows
            ? (int)index
            : throw new QuantizationException($"Found index {index}; expected 0 to {table.Rows - 1}, the rows of the embedding table.");
    }

    private static int[] Bounds(Tensor indices, Tensor? offsets, bool includeLast)
    {
        if (offsets is null)
        {
            if (indices.Shape.Rank != 2) { throw new QuantizationException($"Indices are {indices} without offsets; expected [bags, length], or give offsets."); }
            return [.. Enumerable.Range(0, indices.Shape[0] + 1).Select(bag => bag * indices.Shape[1])];
        }
        if (indices.Shape.Rank != 1) { throw new QuantizationException($"Indices are {indices} with offsets; expected one axis, or leave the offsets out."); }
        long[] starts = Indices(offsets, "Offsets");
        long[] bounds = includeLast ? starts : [.. starts, indices.Length];
        for (int i = 0; i < bounds.Length; i++)
        {
            long least = i == 0 ? 0 : bounds[i - 1];
            if (bounds[i] < least || bounds[i] > indices.Length) { throw new QuantizationException($"Offset {i} is {bounds[i]}; expected ascending offsets from 0 to the {indices.Length} indices."); }
        }
        return bounds.Length > 0
            ? Array.ConvertAll(bounds, bound => (int)bound)
            : throw new QuantizationException("The offsets are empty although the last one is included; expected at least the end of the last bag.");
    }

    private static void RequireWeights(EmbeddingBagOptions options, int count)
    {
        if (options.PerSampleWeights is null) { return; }
        if (options.Mode != BagMode.Sum) { throw new QuantizationException($"Found weights for {options.Mode}; expected {BagMode.Sum}. Leave the weights out."); }
        _ = FloatParameter.Of(options.PerSampleWeights, count, "weight of the indices", 1f);
    }

    private static long[] Indices(Tensor tensor, string name) => tensor.Type switch
    {
        ElementType.Int64 => tensor.AsSpan<long>().ToArray(),
        ElementType.Int32 => Array.ConvertAll(tensor.AsSpan<int>().ToArray(), i => (long)i),
        _ => throw new QuantizationException($"{name} are {tensor}; expected int64 or int32."),
    };
}
