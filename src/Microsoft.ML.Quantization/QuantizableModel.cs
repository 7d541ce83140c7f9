using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;

namespace Microsoft.ML.Quantization;

/// <summary>A float network that can be quantized. Immutable: quantization makes a new network and never changes this one.</summary>
/// <remarks>
/// The first axis of every input and output is the rows. An input <c>[rows, d1, d2, …]</c> is fed from a column of type
/// <c>Vector&lt;Single, d1·d2·…&gt;</c> (row-major), an output becomes such a column.
/// </remarks>
public sealed class QuantizableModel
{
    /// <summary>A network from a graph.</summary>
    /// <exception cref="QuantizationException">The graph is quantized already.</exception>
    public QuantizableModel(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (graph.Nodes.FirstOrDefault(node => node.Operator is "QuantizeLinear" or "DequantizeLinear") is { } node) { throw Errors.AlreadyQuantized(graph.Name, node.Name); }
        Graph = graph;
    }

    /// <summary>The network.</summary>
    public Graph Graph { get; }

    /// <summary>What it reads: names, element types and axes.</summary>
    public ImmutableArray<ValueInfo> Inputs => Graph.Inputs;

    /// <summary>What it computes: names, element types and axes.</summary>
    public ImmutableArray<ValueInfo> Outputs => Graph.Outputs;

    /// <summary>Reads a float network from an ONNX file; external weights are looked for beside it.</summary>
    /// <exception cref="QuantizationException">The file is missing, is not a valid model, or uses what is not supported.</exception>
    public static QuantizableModel LoadOnnx(string path) => new(OnnxImporter.Load(path));

    /// <summary>Reads a float network in ONNX form from a stream, to its end.</summary>
    /// <exception cref="QuantizationException">The stream holds no valid model, or one that uses what is not supported.</exception>
    public static QuantizableModel LoadOnnx(Stream stream) => new(OnnxImporter.Load(stream));

    /// <summary>As <c>fashion_cnn (input: float32[batch, 1, 28, 28]) → (logits: float32[batch, 10])</c>.</summary>
    public override string ToString() => $"{Graph.Name} ({string.Join(", ", Inputs)}) → ({string.Join(", ", Outputs)})";
}
