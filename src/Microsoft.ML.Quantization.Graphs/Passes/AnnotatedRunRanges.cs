using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The part of <see cref="ConvertPt2e"/> that has no parameters beforehand: products whose ranges are found in each run, and embeddings with real-valued zero points.</summary>
internal sealed class AnnotatedRunRanges(Pt2eGraph prepared, ObserverList observers) : IGraphPass
{
    public string Name => "QuantizeDynamic";

    public PassResult Run(Graph graph)
    {
        var configs = new Dictionary<string, QConfig>(StringComparer.Ordinal);
        foreach (Node node in prepared.Annotated.Graph.Nodes)
        {
            if (Config(prepared, node) is { } config) { configs[node.Name] = config; }
        }
        if (configs.Count == 0) { return new(graph, []); }
        PassResult result = new DynamicRewrite(graph, new() { Observers = observers, Operators = prepared.Prepared.Operators }, node => configs.GetValueOrDefault(node.Name)).Run();
        return result with { Notes = [.. result.Notes.Where(note => configs.ContainsKey(note.Node))] };
    }

    /// <summary>The configuration of such a node; null for another one.</summary>
    public static QConfig? Config(Pt2eGraph prepared, Node node)
    {
        if (node.Inputs.Length < 2) { return null; }
        if (Spec(0) is { QScheme: QScheme.PerChannelAffineFloatQParams } rows) { return new(null, rows.ToObserver()); }
        return Spec(0) is { IsDynamic: true } ? new(ObserverDefaults.Dynamic, Spec(1)?.ToObserver()) : null;

        QuantizationSpec? Spec(int input) => prepared.GroupOf(new(node.Inputs[input], node.Name))?.Spec as QuantizationSpec;
    }
}
