using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// The buffers of one run of a plan for one set of input shapes. Fill the inputs, <see cref="Run"/>, read the outputs; running again
/// does not allocate. One thread at a time; dispose it to give it back to its plan.
/// </summary>
public sealed class RunContext : IDisposable
{
    private readonly ExecutionPlan _plan;
    private readonly (Step Step, StepCall Call, PlanCall Source)[] _steps;
    private readonly Memory<byte>[] _inputs;
    private readonly Memory<byte>[] _outputs;
    private readonly ImmutableDictionary<string, TensorFact> _facts;
    private int _rented = 1;
    private readonly bool _dependsOnData;

    internal RunContext(ExecutionPlan plan, ImmutableArray<Shape> inputShapes)
    {
        (_plan, InputShapes) = (plan, inputShapes);
        Graph graph = plan.Bound;
        ValueInfo[] inputs = [.. graph.Inputs.Zip(inputShapes, (input, shape) => input with { Fact = new(input.Fact.Type, shape) })];
        _facts = ShapeInference.Run(graph.Opset, inputs, graph.Constants, graph.Nodes, plan.Operators);
        _dependsOnData = plan.Calls.Any(call => call.Step is ValueStep || call.Inputs.Concat(call.Outputs).Any(buffer => buffer.Length > 0 && !_facts[ValueOf(buffer)].IsStatic));
        if (_dependsOnData)
        {
            (_steps, _outputs) = ([], new Memory<byte>[graph.Outputs.Length]);
            _inputs = [.. inputs.Select(input => (Memory<byte>)new byte[input.Fact.ToShape().Length * input.Fact.Type.SizeInBytes()])];
            return;
        }

        Dictionary<string, Memory<byte>> buffers = Place(graph, plan.Calls, plan.OutputBuffers);
        _steps = [.. plan.Calls.Where(call => !IsAlias(call)).Select(call => Prepare(call, buffers))];
        int scratch = _steps.Length == 0 ? 0 : _steps.Max(step => step.Step.ScratchBytes(step.Call));
        byte[] scratchMemory = GC.AllocateUninitializedArray<byte>(scratch, pinned: true);
        foreach ((_, StepCall call, _) in _steps) { call.ScratchMemory = scratchMemory; }

        _inputs = [.. graph.Inputs.Select(input => buffers[input.Name])];
        _outputs = [.. plan.OutputBuffers.Select(name => plan.Constants.TryGetValue(name, out Memory<byte> constant) ? constant : buffers[name])];
        OutputShapes = [.. graph.Outputs.Select(output => ShapeOf(output.Name))];
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

    /// <summary>What a run does, in order; empty where shapes depend on data.</summary>
    internal IReadOnlyList<(Step Step, StepCall Call, PlanCall Source)> Steps => _steps;

    /// <summary>Computes the outputs from the inputs.</summary>
    /// <param name="tap">Shown the values it wants, each right after it was computed.</param>
    public void Run(IActivationTap? tap = null)
    {
        if (tap is not null && _plan.Showing is { } showing)
        {
            Show(showing, tap);
            return;
        }
        if (_dependsOnData)
        {
            ImmutableArray<Tensor> results = Interpreter.Run(_plan, [.. _inputs.Select((input, i) => new Tensor(_plan.Bound.Inputs[i].Fact.Type, InputShapes[i], input.ToArray()))], tap);
            for (int i = 0; i < _outputs.Length; i++) { _outputs[i] = results[i].Bytes.ToArray(); }
            OutputShapes = [.. results.Select(result => result.Shape)];
            return;
        }
        if (tap is not null)
        {
            for (int i = 0; i < _inputs.Length; i++) { Show(tap, _plan.Bound.Inputs[i].Name, InputBytes(i), BufferLayout.RowMajor); }
        }
        foreach ((Step step, StepCall call, PlanCall source) in _steps)
        {
            step.Run(call);
            if (tap is null) { continue; }
            for (int i = 0; i < source.Outputs.Length; i++)
            {
                if (source.Step is not LayoutStep && source.Outputs[i].Length > 0) { Show(tap, ValueOf(source.Outputs[i]), MemoryMarshal.AsBytes(call.Output<byte>(i)), call.Layout); }
            }
        }
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
            if (_dependsOnData) { _outputs[i] = context.OutputBytes(i).ToArray(); }
            else { context.OutputBytes(i).CopyTo(_outputs[i].Span); }
        }
    }

    private void Show(IActivationTap tap, string value, ReadOnlySpan<byte> bytes, BufferLayout layout)
    {
        if (tap.Wants(value) && _facts[value].Type == ElementType.Float32) { Show(tap, value, bytes, ShapeOf(value), layout); }
    }

    /// <summary>Shows floats in row-major order, whatever their layout.</summary>
    internal static void Show(IActivationTap tap, string value, ReadOnlySpan<byte> bytes, Shape shape, BufferLayout layout)
    {
        if (layout == BufferLayout.ChannelsLast && !LayoutStep.IsTrivial(shape))
        {
            byte[] ordered = new byte[bytes.Length];
            LayoutStep.Reorder(bytes, ordered, shape[0], shape[1], shape.Length / (shape[0] * shape[1]), sizeof(float), toChannelsLast: false);
            bytes = ordered;
        }
        tap.Observe(value, MemoryMarshal.Cast<byte, float>(bytes), shape);
    }

    private static Span<T> Elements<T>(Memory<byte> memory, ElementType type, Shape shape) where T : unmanaged => ElementTypes.Of<T>() == type
        ? MemoryMarshal.Cast<byte, T>(memory.Span[..(shape.Length * type.SizeInBytes())])
        : throw new QuantizationException($"A value of {type.Name()} cannot be read as {ElementTypes.Of<T>().Name()}.");

    private static string ValueOf(string buffer) => buffer.IndexOf('\0') is var end and >= 0 ? buffer[..end] : buffer;

    private Shape ShapeOf(string buffer) => _facts[ValueOf(buffer)].ToShape();

    // What moves no byte, a change of layout or of the shape alone, needs no step: both names mean one buffer. Outputs do not lie where the caller writes inputs.
    private bool IsAlias(PlanCall call) => call.Step switch
    {
        LayoutStep => LayoutStep.IsTrivial(ShapeOf(call.Inputs[0])),
        CopyStep => !_plan.KeepsValues && !_plan.Constants.ContainsKey(call.Inputs[0]) && !_plan.OutputBuffers.Contains(call.Outputs[0])
            && ShapeOf(call.Inputs[0]).Length == ShapeOf(call.Outputs[0]).Length && !_plan.Bound.Inputs.Any(input => input.Name == call.Inputs[0]),
        _ => false,
    };

    private Dictionary<string, Memory<byte>> Place(Graph graph, ImmutableArray<PlanCall> calls, ImmutableArray<string> outputs)
    {
        var storage = new Dictionary<string, string>(StringComparer.Ordinal);
        var uses = new Dictionary<string, (int First, int Last)>(StringComparer.Ordinal);
        foreach (ValueInfo input in graph.Inputs) { uses[input.Name] = (-1, calls.Length); }
        for (int i = 0; i < calls.Length; i++)
        {
            foreach (string input in calls[i].Inputs.Where(input => input.Length > 0 && !_plan.Constants.ContainsKey(input))) { Use(input, i); }
            if (IsAlias(calls[i]) && !_plan.Constants.ContainsKey(calls[i].Inputs[0]))
            {
                storage[calls[i].Outputs[0]] = Root(calls[i].Inputs[0]);
                continue;
            }
            foreach (string output in calls[i].Outputs.Where(output => output.Length > 0)) { uses.TryAdd(output, (i, i)); }
        }
        foreach (string output in outputs.Where(output => !_plan.Constants.ContainsKey(output))) { Use(output, calls.Length); }

        Overwrite(calls, storage, uses);
        var budget = MemoryBudget.For(_plan, graph.Inputs.Select(input => Bytes(input.Name)));
        foreach (PlanCall call in calls.Where(call => call.Step is not LayoutStep)) { budget.Count(call.Node, _plan.Operators, graph.Opset, call.Outputs.Sum(output => output.Length > 0 ? Bytes(output) : 0)); }
        var plan = new BufferPlan();
        (string Name, long Offset)[] placed = [.. uses.OrderBy(use => use.Value.First).ThenBy(use => use.Key, StringComparer.Ordinal)
            .Select(use => (use.Key, plan.Place(Bytes(use.Key), use.Value.First, use.Value.Last)))];
        budget.Check(plan.Size, () => { string name = uses.Keys.MaxBy(Bytes)!; return $"value '{ValueOf(name)}' {_facts[ValueOf(name)]}"; });
        Memory<byte> memory = plan.Allocate();
        Dictionary<string, Memory<byte>> buffers = placed.ToDictionary(buffer => buffer.Name, buffer => memory.Slice((int)buffer.Offset, (int)Bytes(buffer.Name) + Engine.ReadSlack), StringComparer.Ordinal);
        foreach (string alias in storage.Keys) { buffers[alias] = buffers[Root(alias)]; }
        return buffers;

        string Root(string name) => RootOf(storage, name);

        void Use(string name, int index)
        {
            (int first, int last) = uses[Root(name)];
            uses[Root(name)] = (first, Math.Max(last, index));
        }
    }

    private static string RootOf(Dictionary<string, string> storage, string name)
    {
        while (storage.TryGetValue(name, out string? root)) { name = root; }
        return name;
    }

    /// <summary>Lets outputs take the place of inputs that nobody reads afterwards, where the step allows it: less memory to move.</summary>
    private void Overwrite(ImmutableArray<PlanCall> calls, Dictionary<string, string> storage, Dictionary<string, (int First, int Last)> uses)
    {
        for (int i = 0; i < calls.Length; i++)
        {
            PlanCall call = calls[i];
            for (int input = 0; input < call.Inputs.Length; input++)
            {
                string name = call.Inputs[input];
                if (name.Length == 0 || !call.Step.MayOverwrite(input) || _plan.Constants.ContainsKey(name)) { continue; }
                (string place, string output) = (RootOf(storage, name), call.Outputs[0]);
                (int first, int last) = uses[place];
                if (first < 0 || last != i || Bytes(place) != Bytes(output) || call.Inputs.Count(other => RootOf(storage, other) == place) > 1) { continue; }
                storage[output] = place;
                uses[place] = (first, uses[output].Last);
                uses.Remove(output);
                break;
            }
        }
    }

    private long Bytes(string buffer) => (long)ShapeOf(buffer).Length * _facts[ValueOf(buffer)].Type.SizeInBytes();

    private (Step, StepCall, PlanCall) Prepare(PlanCall source, Dictionary<string, Memory<byte>> buffers)
    {
        var call = new StepCall(source.Node, _plan.Engine,
            [.. source.Inputs.Select(input => input.Length == 0 ? ((ElementType, Shape)?)null : Describe(input))],
            [.. source.Outputs.Select(output => output.Length == 0 ? (ElementType.UInt8, new Shape(0)) : Describe(output))], source.Layout)
        {
            Workers = _plan.Workers,
        };
        for (int i = 0; i < source.Inputs.Length; i++)
        {
            if (source.Inputs[i].Length > 0) { call.SetInput(i, _plan.Constants.TryGetValue(source.Inputs[i], out Memory<byte> constant) ? constant : buffers[source.Inputs[i]]); }
        }
        for (int i = 0; i < source.Outputs.Length; i++)
        {
            if (source.Outputs[i].Length > 0) { call.SetOutput(i, buffers[source.Outputs[i]]); }
        }
        call.State = source.Step.Prepare(call);
        return (source.Step, call, source);

        (ElementType, Shape) Describe(string buffer) => (_facts[ValueOf(buffer)].Type, ShapeOf(buffer));
    }
}
