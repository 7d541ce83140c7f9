using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>One step of a plan and the buffers it works on.</summary>
/// <param name="Node">The node it computes (for a change of layout, the node that asked for it).</param>
/// <param name="Step">What runs.</param>
/// <param name="Inputs">Buffers read, by the operator's input order; empty text where the step reads none.</param>
/// <param name="Outputs">Buffers written; empty text for an output not wanted.</param>
/// <param name="Layout">Layout of the buffers.</param>
internal sealed record PlanCall(Node Node, Step Step, ImmutableArray<string> Inputs, ImmutableArray<string> Outputs, BufferLayout Layout);
