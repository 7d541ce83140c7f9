using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Dynamic quantization of a whole graph: simplified, recurrent layers rewritten, then products and embeddings.</summary>
internal static class DynamicQuantizer
{
    /// <exception cref="QuantizationException">The graph is quantized already, or the options cannot be met.</exception>
    public static QuantizedModel Run(Graph model, DynamicQuantizationOptions options)
    {
        if (options.EmbeddingBits is not (null or 8 or 4)) { throw new QuantizationException($"Embeddings were asked for with {options.EmbeddingBits} bits; expected 8 or 4."); }
        FloatModel.Require(model);
        PassResult simple = FusionPipeline.Run(model, FloatModel.Simplifications(options.Operators));
        options.CancellationToken.ThrowIfCancellationRequested();
        PassResult recurrent = Recurrent(simple.Graph, options);
        PassResult rewritten = new DynamicRewrite(recurrent.Graph, options).Run();
        ImmutableArray<PassNote> notes = [.. simple.Notes, .. recurrent.Notes, .. rewritten.Notes];
        return new(rewritten.Graph, notes, FloatModel.WarnIfNothing(notes, [nameof(DynamicRecurrent), "QuantizeDynamic"]));
    }

    private static PassResult Recurrent(Graph graph, DynamicQuantizationOptions options)
    {
        var reasons = new Dictionary<string, string>(StringComparer.Ordinal);
        var pass = new DynamicRecurrent(node =>
        {
            (Observers.ObserverSpec? weight, string? reason) = DynamicRewrite.Weights(options.QConfigs.Find(node, graph));
            if (reason is not null) { reasons[node.Name] = reason; }
            return weight;
        }, options.Operators, options.Observers);
        PassResult result = pass.Run(graph);
        return result with { Notes = [.. result.Notes.Select(note => reasons.TryGetValue(note.Node, out string? reason) ? note with { Text = reason } : note)] };
    }
}
