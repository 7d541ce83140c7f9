using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The passes that run on a float graph before <see cref="Prepare"/>, in order. To add one, write its file and add one line here.</summary>
public static class FusionPipeline
{
    /// <summary>The passes.</summary>
    public static ImmutableArray<IGraphPass> Passes(OperatorList? operators = null) =>
    [
        new FoldBranches(operators),
        new EliminateIdentity(operators),
        new FoldConstants(operators),
        new CancelTransposes(operators),
        new FuseBatchNormalization(operators),
        new FoldGemmFactors(operators),
        new FuseChannelConstants(operators),
        new FuseBias(operators),
        new FuseBounds(operators),
        new FuseActivation(operators),
    ];

    /// <summary>Runs passes one after the other; the notes are in the order of the passes.</summary>
    public static PassResult Run(Graph graph, ImmutableArray<IGraphPass> passes)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        foreach (IGraphPass pass in passes)
        {
            PassResult result = pass.Run(graph);
            graph = result.Graph;
            notes.AddRange(result.Notes);
        }
        return new(graph, notes.ToImmutable());
    }

    /// <summary>Runs all passes.</summary>
    public static PassResult Run(Graph graph, OperatorList? operators = null) => Run(graph, Passes(operators));
}
