using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Puts the factors of a Gemm into its constants, because integer calls have none:
/// <c>α·x·W + β·b = x·(αW) + (βb)</c>.
/// </summary>
public sealed class FoldGemmFactors(OperatorList? operators = null) : IGraphPass
{
    /// <inheritdoc/>
    public string Name => nameof(FoldGemmFactors);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        foreach (Node gemm in graph.Nodes.Where(node => node.Operator == "Gemm"))
        {
            float alpha = gemm.Attributes.Float("alpha", 1f), beta = gemm.HasInput(2) ? gemm.Attributes.Float("beta", 1f) : 1f;
            if (alpha == 1f && beta == 1f) { continue; }
            string? reason = Decline(graph, gemm, alpha, beta);
            if (reason is null) { graph = Fold(graph, gemm, alpha, beta); }
            notes.Add(new(Name, gemm.Name, reason is null, reason ?? $"put alpha={alpha} and beta={beta} into its constants"));
        }
        return new(graph, notes.ToImmutable());
    }

    private static string? Decline(Graph graph, Node gemm, float alpha, float beta) =>
        !float.IsFinite(alpha) || !float.IsFinite(beta) ? $"alpha={alpha} and beta={beta}; expected finite numbers"
        : alpha != 1f && !Rewriting.TryFloats(graph, gemm, 1, out _) ? $"alpha={alpha}, but the weights are not a float32 constant"
        : beta != 1f && !Rewriting.TryFloats(graph, gemm, 2, out _) ? $"beta={beta}, but the bias is not a float32 constant"
        : null;

    private Graph Fold(Graph graph, Node gemm, float alpha, float beta)
    {
        var builder = new GraphBuilder(graph);
        ImmutableArray<string> inputs = gemm.Inputs;
        if (alpha != 1f) { inputs = inputs.SetItem(1, Scaled(inputs[1], alpha)); }
        if (beta != 1f) { inputs = inputs.SetItem(2, Scaled(inputs[2], beta)); }
        builder.Replace(gemm, gemm with { Inputs = inputs, Attributes = gemm.Attributes.With("alpha", 1f).With("beta", 1f) });
        return builder.Build(operators);

        string Scaled(string constant, float factor)
        {
            Tensor from = graph.Constant(constant)!, to = new(ElementType.Float32, from.Shape);
            for (int i = 0; i < from.Length; i++) { to.AsSpan<float>()[i] = from.AsSpan<float>()[i] * factor; }
            return builder.AddConstant(builder.Unique(constant + "_scaled"), to);
        }
    }
}
