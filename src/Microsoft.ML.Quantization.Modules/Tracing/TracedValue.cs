using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>A value of a graph that is being written.</summary>
/// <param name="Trace">The graph.</param>
/// <param name="Name">The name of its reals: for codes, the output of their DequantizeLinear.</param>
/// <param name="Map">What its codes mean; null for floats and integers.</param>
internal sealed record TracedValue(Trace Trace, string Name, QuantizationParameters? Map = null)
{
    public TensorFact Fact => Trace.Fact(Name);

    /// <summary>An operator that moves elements: codes keep their parameters.</summary>
    public Value Move(string op, ImmutableArray<string> settings, NodeAttributes? attributes = null)
    {
        string moved = Trace.Node(op, [Name, .. settings], attributes);
        return new(Map is null ? new(Trace, moved) : Trace.Quantize(moved, Map));
    }
}
