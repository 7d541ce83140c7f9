namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>A linear layer with quantized weights and the map of its output.</summary>
/// <param name="Weight">qint8 [outputs, inputs].</param>
/// <param name="Bias">float32 [outputs], or null.</param>
/// <param name="Output">Map of the output.</param>
public sealed record StaticProjection(QuantizedTensor Weight, Tensor? Bias, OutputMap Output)
{
    internal QuantizedTensor Run(QuantizedTensor x, Engine? engine) => LinearProducts.Linear(x, Weight, Bias, Output.Scale, Output.ZeroPoint, engine);
}

/// <summary>
/// Multi-head attention with quantized projections (<c>torch.ao.nn.quantizable.MultiheadAttention</c> after conversion): the projections, their scaling and the
/// results are quantized; scores, softmax and the weighted sum are computed in float.
/// <code>
/// head = softmax(q kᵀ / √d) v       output = W₀ · quantize(heads) + b₀
/// </code>
/// </summary>
/// <param name="Heads">Number of heads; divides the embedding.</param>
/// <param name="Query">Projection of the query.</param>
/// <param name="Key">Projection of the key.</param>
/// <param name="Value">Projection of the value.</param>
/// <param name="Joined">Map of the joined heads.</param>
/// <param name="Weights">Map of the attention weights.</param>
/// <param name="Out">Output projection.</param>
public sealed record StaticAttention(int Heads, StaticProjection Query, StaticProjection Key, StaticProjection Value, OutputMap Joined, OutputMap Weights, StaticProjection Out)
{
    /// <summary>The output, and the attention weights averaged over the heads.</summary>
    /// <param name="query">quint8 [targets, batch, embedding].</param>
    /// <param name="key">quint8 [sources, batch, embedding].</param>
    /// <param name="value">quint8 [sources, batch, embedding].</param>
    /// <param name="engine">The engine to use; the fastest one when null.</param>
    /// <returns>quint8 [targets, batch, embedding] and quint8 [batch, targets, sources].</returns>
    /// <exception cref="QuantizationException">Shapes do not fit.</exception>
    public (QuantizedTensor Output, QuantizedTensor Weights) Run(QuantizedTensor query, QuantizedTensor key, QuantizedTensor value, Engine? engine = null)
    {
        if (query.Rank != 3 || key.Rank != 3 || key.Shape != value.Shape || query.Shape[1] != key.Shape[1])
        {
            throw new QuantizationException($"Query, key and value have shapes {query.Shape}, {key.Shape} and {value.Shape}; expected [targets, batch, embedding] and twice [sources, batch, embedding].");
        }
        (int targets, int batch, int sources) = (query.Shape[0], query.Shape[1], key.Shape[0]);
        QuantizedTensor projected = Query.Run(query, engine);
        int embedding = projected.Shape[2], size = embedding / Heads;
        if (Heads < 1 || size * Heads != embedding) { throw new QuantizationException($"An embedding of {embedding} cannot be divided among {Heads} heads."); }

        float[] q = ByHead(TensorScalarArithmetic.MulScalar(projected, 1 / Math.Sqrt(size), engine), size);
        float[] k = ByHead(Key.Run(key, engine), size), v = ByHead(Value.Run(value, engine), size);
        engine ??= EngineList.Default;
        var weights = new float[batch * Heads * targets * sources];
        var heads = new float[targets * batch * embedding];
        var scores = new float[targets * sources];
        var mixed = new float[targets * size];
        for (int head = 0; head < batch * Heads; head++)
        {
            ReadOnlySpan<float> values = v.AsSpan(head * sources * size, sources * size);
            engine.MatMul(q.AsSpan(head * targets * size, targets * size), k.AsSpan(head * sources * size, sources * size), scores, targets, size, sources, transposeB: true);
            Span<float> shares = weights.AsSpan(head * targets * sources, targets * sources);
            engine.Softmax(scores, shares, targets, sources);
            engine.MatMul(shares, values, mixed, targets, sources, size);
            for (int t = 0; t < targets; t++) { mixed.AsSpan(t * size, size).CopyTo(heads.AsSpan((t * batch * Heads + head) * size)); }
        }

        QuantizedTensor joined = Quantize(heads, new Shape(targets, batch, embedding), Joined, query.Type);
        QuantizedTensor shared = Quantize(weights, new Shape(batch, Heads, targets, sources), Weights, query.Type);
        return (Out.Run(joined, engine), shared.Mean([1]));
    }

    private static QuantizedTensor Quantize(float[] values, Shape shape, OutputMap map, ElementType type) =>
        QuantizedTensor.QuantizePerTensor(Tensor.Create<float>(values, shape), map.Scale, map.ZeroPoint, type);

    // [length, batch, heads · size] to [batch · heads, length, size].
    private float[] ByHead(QuantizedTensor x, int size)
    {
        (int length, int batch) = (x.Shape[0], x.Shape[1]);
        Tensor real = x.Dequantize();
        var ordered = new float[real.Length];
        for (int t = 0; t < length; t++)
        {
            for (int head = 0; head < batch * Heads; head++)
            {
                real.AsSpan<float>().Slice((t * batch * Heads + head) * size, size).CopyTo(ordered.AsSpan((head * length + t) * size));
            }
        }
        return ordered;
    }
}
