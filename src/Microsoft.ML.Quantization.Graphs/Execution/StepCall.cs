using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The shapes and buffers of one step in one execution context. Shapes are fixed; contents change with every run.</summary>
public sealed class StepCall
{
    private readonly Memory<byte>[] _inputs;
    private readonly Memory<byte>[] _outputs;

    internal StepCall(Node node, Engine engine, ImmutableArray<(ElementType Type, Shape Shape)?> inputs, ImmutableArray<(ElementType Type, Shape Shape)> outputs, BufferLayout layout)
    {
        (Node, Engine, Inputs, Outputs, Layout) = (node, engine, inputs, outputs, layout);
        _inputs = new Memory<byte>[inputs.Length];
        _outputs = new Memory<byte>[outputs.Length];
    }

    /// <summary>The node the step computes.</summary>
    public Node Node { get; }

    /// <summary>The node's settings.</summary>
    public NodeAttributes Attributes => Node.Attributes;

    /// <summary>The engine of the plan.</summary>
    public Engine Engine { get; }

    /// <summary>Threads to share work with, or null.</summary>
    public WorkerPool? Workers { get; internal set; }

    /// <summary>Layout of the buffers: row-major or channels-last, never any.</summary>
    public BufferLayout Layout { get; }

    /// <summary>Type and shape of each input; null for one left out.</summary>
    public ImmutableArray<(ElementType Type, Shape Shape)?> Inputs { get; }

    /// <summary>Type and shape of each output.</summary>
    public ImmutableArray<(ElementType Type, Shape Shape)> Outputs { get; }

    /// <summary>What <see cref="Step.Prepare"/> returned.</summary>
    public object? State { get; internal set; }

    /// <summary>As many bytes as <see cref="Step.ScratchBytes"/> asked for; contents are undefined.</summary>
    public Span<byte> Scratch => ScratchMemory.Span;

    internal Memory<byte> ScratchMemory { get; set; }

    /// <summary>Whether an input is present.</summary>
    public bool HasInput(int index) => index < Inputs.Length && Inputs[index] is not null;

    /// <summary>Shape of an input, in ONNX's order whatever the layout.</summary>
    public Shape InputShape(int index) => Inputs[index]!.Value.Shape;

    /// <summary>Element type of an input.</summary>
    public ElementType InputType(int index) => Inputs[index]!.Value.Type;

    /// <summary>Shape of an output, in ONNX's order whatever the layout.</summary>
    public Shape OutputShape(int index) => Outputs[index].Shape;

    /// <summary>The elements of an input.</summary>
    public ReadOnlySpan<T> Input<T>(int index) where T : unmanaged
    {
        (ElementType type, Shape shape) = Inputs[index]!.Value;
        return MemoryMarshal.Cast<byte, T>(_inputs[index].Span[..(shape.Length * type.SizeInBytes())]);
    }

    /// <summary>An input's bytes and the <see cref="Engine.ReadSlack"/> bytes behind them. Only for run-time inputs.</summary>
    public ReadOnlySpan<byte> InputWithSlack(int index) => _inputs[index].Span;

    /// <summary>The elements of an output.</summary>
    public Span<T> Output<T>(int index) where T : unmanaged
    {
        (ElementType type, Shape shape) = Outputs[index];
        return MemoryMarshal.Cast<byte, T>(_outputs[index].Span[..(shape.Length * type.SizeInBytes())]);
    }

    /// <summary>An input's memory, to be handed on.</summary>
    internal Memory<byte> InputMemory(int index) => _inputs[index];

    /// <summary>A float input that the caller fills.</summary>
    internal Span<float> WritableInput(int index) => MemoryMarshal.Cast<byte, float>(_inputs[index].Span[..(Inputs[index]!.Value.Shape.Length * sizeof(float))]);

    internal void SetInput(int index, Memory<byte> memory) => _inputs[index] = memory;

    internal void SetOutput(int index, Memory<byte> memory) => _outputs[index] = memory;
}
