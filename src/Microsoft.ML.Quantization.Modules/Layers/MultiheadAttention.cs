using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// Attention with several heads: <c>softmax(q kᵀ / √d + mask) v</c> of projections. PyTorch's <c>torch.nn.MultiheadAttention</c>; parameters <c>in_proj_weight</c> [3 · embedding, embedding], <c>in_proj_bias</c>, child <c>out_proj</c>. Values: query
/// [targets, batch, embedding], key and value [sources, batch, embedding] (batch first when set so), and an added mask [targets, sources] or none; results: the output and the weights [batch, targets, sources], averaged over heads.
/// </summary>
public sealed class MultiheadAttention : Module
{
    /// <param name="embedding">Length of a query; a multiple of the heads.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="batchFirst">Whether the batch is the first axis.</param>
    /// <param name="seed">Settles the parameters.</param>
    /// <exception cref="QuantizationException">The heads do not divide the embedding.</exception>
    public MultiheadAttention(int embedding, int heads, bool bias = true, bool batchFirst = false, ulong seed = 0)
    {
        if (heads < 1 || embedding < 1 || embedding % heads != 0) { throw new QuantizationException($"{TypeName} was given an embedding of {embedding} for {heads} heads; expected heads that divide it."); }
        (EmbeddingSize, Heads, BatchFirst) = (embedding, heads, batchFirst);
        RegisterParameter("in_proj_weight", Initializer.Uniform(new Shape(3 * embedding, embedding), embedding, seed));
        RegisterParameter("in_proj_bias", bias ? Initializer.Constant(0f, 3 * embedding) : null);
        RegisterModule("out_proj", new Linear(Initializer.Uniform(new Shape(embedding, embedding), embedding, seed), bias ? Initializer.Constant(0f, embedding) : null, "nn.NonDynamicallyQuantizableLinear"));
    }

    /// <inheritdoc/>
    public override string TypeName => "nn.MultiheadAttention";

    /// <summary>Length of a query.</summary>
    public int EmbeddingSize { get; }

    /// <summary>Number of heads.</summary>
    public int Heads { get; }

    /// <summary>Whether the batch is the first axis.</summary>
    public bool BatchFirst { get; }

    /// <summary>The projection of the query, key or value: 0, 1, 2.</summary>
    internal Linear Projection(int index) => new(TensorMoves.Narrow(Entry("in_proj_weight")!, 0, index * EmbeddingSize, EmbeddingSize),
        Entry("in_proj_bias") is { } bias ? TensorMoves.Narrow(bias, 0, index * EmbeddingSize, EmbeddingSize) : null);

    /// <inheritdoc/>
    protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values)
    {
        ImmutableArray<Value> x = AttentionHeads.Check(TypeName, values, BatchFirst);
        Linear[] projections = FromState(() => new[] { Projection(0), Projection(1), Projection(2) });
        Value q = Functions.Mul(projections[0].Forward(x[0]), Tensor.Scalar((float)(1 / Math.Sqrt(EmbeddingSize / Heads))));
        (Value joined, Value weights) = AttentionHeads.Attend(Split(q), Split(projections[1].Forward(x[1])), Split(projections[2].Forward(x[2])), values.ElementAtOrDefault(3), q, EmbeddingSize);
        Value output = this["out_proj"].Forward(joined);
        return [BatchFirst ? output.Transpose(0, 1) : output, AttentionHeads.Average(weights, Heads)];

        Value Split(Value projected) => AttentionHeads.Split(projected, Heads, EmbeddingSize);
    }
}
