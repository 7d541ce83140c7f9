using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>A rewrite of a graph into another one.</summary>
public interface IGraphPass
{
    /// <summary>The name used in notes.</summary>
    string Name { get; }

    /// <summary>The rewritten graph; the given one is not changed.</summary>
    PassResult Run(Graph graph);
}

/// <summary>What a pass returns.</summary>
/// <param name="Graph">The rewritten graph.</param>
/// <param name="Notes">What it did and what it declined, in graph order.</param>
public sealed record PassResult(Graph Graph, ImmutableArray<PassNote> Notes);
