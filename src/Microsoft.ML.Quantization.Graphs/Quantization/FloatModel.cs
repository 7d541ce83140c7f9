using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What quantization without data requires of a model and does to it first.</summary>
internal static class FloatModel
{
    /// <summary>Rewrites that leave a float graph of plain operators.</summary>
    public static ImmutableArray<IGraphPass> Simplifications(OperatorList operators) =>
        [new EliminateIdentity(operators), new FoldConstants(operators), new FuseBatchNormalization(operators), new FoldGemmFactors(operators)];

    /// <exception cref="QuantizationException">The graph has integer operators.</exception>
    public static void Require(Graph model)
    {
        if (QuantizationNodes.First(model) is { } quantized) { throw new QuantizationException($"Graph '{model.Name}' is quantized already ({quantized}); expected a float model."); }
    }

    /// <summary>A warning when no node was rewritten.</summary>
    public static ImmutableArray<string> WarnIfNothing(ImmutableArray<PassNote> notes, ImmutableArray<string> passes) =>
        notes.Any(note => note.Applied && passes.Contains(note.Pass)) ? [] : ["Nothing was quantized: the model has no operator with constant weights that the configuration takes. The notes say why."];
}
