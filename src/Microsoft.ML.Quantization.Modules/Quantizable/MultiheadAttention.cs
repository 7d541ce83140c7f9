using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Modules.Quantizable;

/// <summary>
/// Attention made of modules, which observers and conversion reach: <c>linear_Q</c>, <c>linear_K</c>, <c>linear_V</c>, <c>out_proj</c>, the scaling of the query, and stubs around scores and softmax, which stay float. PyTorch's
/// <c>torch.nn.quantizable.MultiheadAttention</c>, and <c>torch.nn.quantized.MultiheadAttention</c> once converted. Values and results are those of <see cref="Modules.MultiheadAttention"/>.
/// </summary>
public sealed class MultiheadAttention : Module
{
    private readonly int _embedding, _heads;
    private readonly bool _batchFirst;
    private string _name = "nn.quantizable.MultiheadAttention";

    /// <param name="source">The parameters.</param>
    public MultiheadAttention(Modules.MultiheadAttention source)
    {
        (_embedding, _heads, _batchFirst) = (source.EmbeddingSize, source.Heads, source.BatchFirst);
        var last = (Linear)source["out_proj"];
        RegisterModule("out_proj", new Linear(last.Weight, last.Bias));
        foreach ((int i, string name) in ((string[])["linear_Q", "linear_K", "linear_V"]).Index()) { RegisterModule(name, source.Projection(i)); }
        RegisterModule("q_scaling_product", new FloatFunctional());
        RegisterModule("quant_attn_output", new QuantStub());
        RegisterModule("quant_attn_output_weights", new QuantStub());
        foreach (string name in (string[])["dequant_q", "dequant_k", "dequant_v"]) { RegisterModule(name, new DeQuantStub()); }
    }

    /// <inheritdoc/>
    public override string TypeName => _name;

    /// <summary>A copy whose modules a conversion replaced.</summary>
    internal static MultiheadAttention Converted(MultiheadAttention observed, Action<Module> inside)
    {
        var converted = (MultiheadAttention)observed.Clone();
        inside(converted);
        converted._name = "nn.quantized.MultiheadAttention";
        return converted;
    }

    /// <inheritdoc/>
    protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values)
    {
        ImmutableArray<Value> x = AttentionHeads.Check(TypeName, values, _batchFirst);
        Value q = ((FunctionalModule)this["q_scaling_product"]).MulScalar(this["linear_Q"].Forward(x[0]), 1 / Math.Sqrt(_embedding / _heads));
        (Value joined, Value weights) = AttentionHeads.Attend(Head(q, "dequant_q"), Head(this["linear_K"].Forward(x[1]), "dequant_k"), Head(this["linear_V"].Forward(x[2]), "dequant_v"), values.ElementAtOrDefault(3), q, _embedding);
        Value output = this["out_proj"].Forward(this["quant_attn_output"].Forward(joined));
        return [_batchFirst ? output.Transpose(0, 1) : output, AttentionHeads.Average(this["quant_attn_output_weights"].Forward(weights), _heads)];

        Value Head(Value projected, string stub) => this[stub].Forward(AttentionHeads.Split(projected, _heads, _embedding));
    }
}
