using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>What a module that computes writes its nodes with. The graph is that of the module alone when it runs on tensors, or that of the whole tree.</summary>
public sealed class NodeWriter
{
    internal NodeWriter(Trace trace) => Trace = trace;

    internal Trace Trace { get; }

    /// <summary>Version of ONNX's operator set.</summary>
    public int Opset => Trace.Opset;

    /// <summary>What is known of a value; sizes may be unknown.</summary>
    public TensorFact Fact(string value) => Trace.Fact(value);

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    /// <exception cref="QuantizationException">There is no such operator, or its inputs do not fit.</exception>
    public string Node(string op, ImmutableArray<string> inputs, NodeAttributes? attributes = null) => Trace.Node(op, inputs, attributes);

    /// <summary>Adds a node and returns the names of its outputs.</summary>
    /// <exception cref="QuantizationException">There is no such operator, or its inputs do not fit.</exception>
    public ImmutableArray<string> Nodes(string op, ImmutableArray<string> inputs, int outputs, NodeAttributes? attributes = null) => Trace.Nodes(op, inputs, outputs, attributes);

    /// <summary>Adds a constant, named after the module and <paramref name="name"/>, and returns its name.</summary>
    public string Constant(string name, Tensor tensor) => Trace.Constant(name, tensor);

    /// <summary>Adds sizes or axes as an int64 constant and returns its name.</summary>
    public string Settings(string name, params ReadOnlySpan<int> numbers) => Trace.Settings(name, numbers);
}
