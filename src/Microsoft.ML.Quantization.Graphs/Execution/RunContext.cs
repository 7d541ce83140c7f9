using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// The buffers of one run of a plan for one set of input shapes. Fill the inputs, <see cref="Run"/>, read the outputs; running again
/// does not allocate. One thread at a time; dispose it to give it back to its plan.
/// </summary>
public sealed class RunContext : IDisposable
{
    private readonly ExecutionPlan _plan;
    private readonly Memory<byte>[] _inputs;
    private readonly Memory<byte>[] _outputs;
    private readonly BufferMap? _map; // null where shapes depend on data
    private readonly Dictionary<string, Memory<byte>> _buffers = [];
    private readonly RowGroups? _groups;
    private StepSequence? _whole; // with groups, made when a tap asks for it
    private int _rented = 1;

    internal RunContext(ExecutionPlan plan, ImmutableArray<Shape> inputShapes)
    {
        (_plan, InputShapes) = (plan, inputShapes);
        Graph graph = plan.Bound;
        ImmutableDictionary<string, TensorFact> facts = plan.Facts(inputShapes);
        if (plan.Calls.Any(call => call.Step is ValueStep || call.Inputs.Concat(call.Outputs).Any(buffer => buffer.Length > 0 && !facts[BufferMap.ValueOf(buffer)].IsStatic)))
        {
            _outputs = new Memory<byte>[graph.Outputs.Length];
            _inputs = [.. graph.Inputs.Select((input, i) => (Memory<byte>)new byte[inputShapes[i].Length * input.Fact.Type.SizeInBytes()])];
            return;
        }

        _map = new(plan, facts);
        if (inputShapes.Length > 0 && inputShapes[0].Rank > 0 && GroupSize.Of(plan, facts, inputShapes[0][0]) is { } rows)
        {
            _buffers = _map.AllocateEdges();
            _groups = new(plan, inputShapes, rows, _map, _buffers);
        }
        else
        {
            _buffers = _map.Allocate();
            _whole = new(plan, _map, _buffers, plan.Workers);
        }
        _inputs = [.. graph.Inputs.Select(input => _buffers[input.Name])];
        _outputs = [.. plan.OutputBuffers.Select(name => plan.Constants.TryGetValue(name, out Memory<byte> constant) ? constant : _buffers[_map.Root(name)])];
        OutputShapes = [.. graph.Outputs.Select(output => facts[output.Name].ToShape())];
    }

    /// <summary>Shapes of the inputs, in the graph's order.</summary>
    public ImmutableArray<Shape> InputShapes { get; }

    /// <summary>Shapes of the outputs, in the graph's order. Where they depend on data, those of the last <see cref="Run"/>, and empty before.</summary>
    public ImmutableArray<Shape> OutputShapes { get; private set; } = [];

    /// <summary>The elements of an input, to be written before <see cref="Run"/>.</summary>
    public Span<T> Input<T>(int index) where T : unmanaged => Elements<T>(_inputs[index], _plan.Bound.Inputs[index].Fact.Type, InputShapes[index]);

    /// <summary>The elements of an output, valid until the next <see cref="Run"/>.</summary>
    public ReadOnlySpan<T> Output<T>(int index) where T : unmanaged => Elements<T>(_outputs[index], _plan.Bound.Outputs[index].Fact.Type, OutputShapes[index]);

    /// <summary>The bytes of an input.</summary>
    internal Span<byte> InputBytes(int index) => _inputs[index].Span[..(InputShapes[index].Length * _plan.Bound.Inputs[index].Fact.Type.SizeInBytes())];

    /// <summary>The bytes of an output.</summary>
    internal ReadOnlySpan<byte> OutputBytes(int index) => _outputs[index].Span[..(OutputShapes[index].Length * _plan.Bound.Outputs[index].Fact.Type.SizeInBytes())];

    /// <summary>What a run does, in order, with each group of <see cref="GroupRows"/> rows; empty where shapes depend on data.</summary>
    internal IReadOnlyList<(Step Step, StepCall Call, PlanCall Source)> Steps => (_groups?.Steps ?? _whole)?.Steps ?? [];

    /// <summary>Rows that run together; null for all of them.</summary>
    internal int? GroupRows => _groups?.GroupRows;

    /// <summary>Computes the outputs from the inputs.</summary>
    /// <param name="tap">Shown the values it wants, each right after it was computed.</param>
    public void Run(IActivationTap? tap = null)
    {
        if (tap is not null && _plan.Showing is { } showing) { Show(showing, tap); }
        else if (_map is null) { Interpret(tap); }
        else if (tap is not null) { RunWith(tap, _map); }
        else if (_groups is not null) { _groups.Run(); }
        else { _whole!.Run(); }
    }

    /// <summary>Gives the context back to its plan for the next run with these shapes. Giving it back twice is giving it back once.</summary>
    public void Dispose()
    {
        // Twice in the plan's store, one context would serve two threads at once.
        if (Interlocked.Exchange(ref _rented, 0) != 0) { _plan.Return(this); }
    }

    /// <summary>Marks a context from the plan's store as given out again.</summary>
    internal void Rent() => Volatile.Write(ref _rented, 1);

    // Same bits, from a plan without calls for several nodes.
    private void Show(ExecutionPlan showing, IActivationTap tap)
    {
        using RunContext context = showing.Rent(InputShapes);
        for (int i = 0; i < _inputs.Length; i++) { InputBytes(i).CopyTo(context.InputBytes(i)); }
        context.Run(tap);
        OutputShapes = context.OutputShapes;
        for (int i = 0; i < _outputs.Length; i++)
        {
            if (_map is null) { _outputs[i] = context.OutputBytes(i).ToArray(); }
            else { context.OutputBytes(i).CopyTo(_outputs[i].Span); }
        }
    }

    private void Interpret(IActivationTap? tap)
    {
        ImmutableArray<Tensor> results = Interpreter.Run(_plan, [.. _inputs.Select((input, i) => new Tensor(_plan.Bound.Inputs[i].Fact.Type, InputShapes[i], input.ToArray()))], tap);
        for (int i = 0; i < _outputs.Length; i++) { _outputs[i] = results[i].Bytes.ToArray(); }
        OutputShapes = [.. results.Select(result => result.Shape)];
    }

    // A tap sees whole values.
    private void RunWith(IActivationTap tap, BufferMap map)
    {
        if (_whole is null)
        {
            _whole = new(_plan, map, map.Allocate(), _plan.Workers);
            for (int i = 0; i < map.Edges.Length; i++) { _whole.Bind(i, _buffers[map.Edges[i]]); }
        }
        for (int i = 0; i < _inputs.Length; i++)
        {
            ValueInfo input = _plan.Bound.Inputs[i];
            if (input.Fact.Type == ElementType.Float32 && tap.Wants(input.Name)) { StepSequence.Show(tap, input.Name, InputBytes(i), InputShapes[i], BufferLayout.RowMajor); }
        }
        _whole.Run(tap);
    }

    private static Span<T> Elements<T>(Memory<byte> memory, ElementType type, Shape shape) where T : unmanaged => ElementTypes.Of<T>() == type
        ? MemoryMarshal.Cast<byte, T>(memory.Span[..(shape.Length * type.SizeInBytes())])
        : throw new QuantizationException($"A value of {type.Name()} cannot be read as {ElementTypes.Of<T>().Name()}.");
}
