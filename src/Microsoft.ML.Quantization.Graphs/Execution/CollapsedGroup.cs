using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Nodes from one value to another that run as one call, with the bits of the nodes one by one.</summary>
/// <param name="Last">The node that writes the result.</param>
/// <param name="Input">The value that the call reads.</param>
internal abstract record CollapsedGroup(Node Last, string Input)
{
    /// <summary>Whether each element of a vector gives one row of the result, and not the whole vector a single one.</summary>
    public virtual bool KeepsRowsOfVectors => true;

    /// <summary>Packs the call for an engine.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="perRow">Whether each row of the first axis chooses a range of its own.</param>
    public abstract Step Bind(Engine engine, bool perRow);
}
