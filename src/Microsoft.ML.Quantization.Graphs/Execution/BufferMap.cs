using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Where the values of one run lie for one set of input shapes. Values that are never alive together share bytes.</summary>
internal sealed class BufferMap
{
    private readonly ExecutionPlan _plan;
    private readonly ImmutableDictionary<string, TensorFact> _facts;
    private readonly Dictionary<string, string> _storage = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int First, int Last)> _uses = new(StringComparer.Ordinal);
    private readonly (string Name, long Offset)[] _placed;
    private readonly BufferPlan _layout = new();

    /// <exception cref="QuantizationException">The run would take more memory than it may.</exception>
    public BufferMap(ExecutionPlan plan, ImmutableDictionary<string, TensorFact> facts)
    {
        (_plan, _facts) = (plan, facts);
        Graph graph = plan.Bound;
        foreach (ValueInfo input in graph.Inputs) { _uses[input.Name] = (-1, plan.Calls.Length); }
        for (int i = 0; i < plan.Calls.Length; i++)
        {
            PlanCall call = plan.Calls[i];
            foreach (string input in call.Inputs.Where(input => input.Length > 0 && !plan.Constants.ContainsKey(input))) { Use(input, i); }
            if (IsAlias(call) && !plan.Constants.ContainsKey(call.Inputs[0]))
            {
                _storage[call.Outputs[0]] = Root(call.Inputs[0]);
                continue;
            }
            foreach (string output in call.Outputs.Where(output => output.Length > 0)) { _uses.TryAdd(output, (i, i)); }
        }
        string[] outputs = [.. plan.OutputBuffers.Where(output => !plan.Constants.ContainsKey(output))];
        foreach (string output in outputs) { Use(output, plan.Calls.Length); }

        Overwrite();
        Edges = [.. graph.Inputs.Select(input => input.Name).Concat(outputs).Select(Root).Distinct(StringComparer.Ordinal)];
        var budget = MemoryBudget.For(plan, graph.Inputs.Select(input => Bytes(input.Name)));
        foreach (PlanCall call in plan.Calls.Where(call => call.Step is not LayoutStep)) { budget.Count(call.Node, plan.Operators, graph.Opset, call.Outputs.Sum(output => output.Length > 0 ? Bytes(output) : 0)); }
        _placed = [.. _uses.OrderBy(use => use.Value.First).ThenBy(use => use.Key, StringComparer.Ordinal)
            .Select(use => (use.Key, _layout.Place(Bytes(use.Key), use.Value.First, use.Value.Last)))];
        budget.Check(_layout.Size, () => { string name = _uses.Keys.MaxBy(Bytes)!; return $"value '{ValueOf(name)}' {_facts[ValueOf(name)]}"; });
    }

    /// <summary>The buffers that hold the graph's inputs and outputs, each once; constant outputs have none.</summary>
    public ImmutableArray<string> Edges { get; }

    /// <summary>Bytes of all buffers together.</summary>
    public long Size => _layout.Size;

    /// <summary>The value that a buffer holds.</summary>
    public static string ValueOf(string buffer) => buffer.IndexOf('\0') is var end and >= 0 ? buffer[..end] : buffer;

    /// <summary>The buffer in whose place this one lies.</summary>
    public string Root(string buffer)
    {
        while (_storage.TryGetValue(buffer, out string? root)) { buffer = root; }
        return buffer;
    }

    /// <summary>Type and shape of a buffer, in ONNX's order whatever the layout.</summary>
    public (ElementType Type, Shape Shape) Describe(string buffer) => (_facts[ValueOf(buffer)].Type, _facts[ValueOf(buffer)].ToShape());

    /// <summary>Bytes of a buffer without slack.</summary>
    public long Bytes(string buffer) => Describe(buffer) is var (type, shape) ? (long)shape.Length * type.SizeInBytes() : 0;

    /// <summary>What moves no byte, a change of layout or of the shape alone, needs no step: both names mean one buffer. Outputs do not lie where the caller writes inputs.</summary>
    public bool IsAlias(PlanCall call) => call.Step switch
    {
        LayoutStep => LayoutStep.IsTrivial(Describe(call.Inputs[0]).Shape),
        CopyStep => !_plan.KeepsValues && !_plan.Constants.ContainsKey(call.Inputs[0]) && !_plan.OutputBuffers.Contains(call.Outputs[0])
            && Describe(call.Inputs[0]).Shape.Length == Describe(call.Outputs[0]).Shape.Length && !_plan.Bound.Inputs.Any(input => input.Name == call.Inputs[0]),
        _ => false,
    };

    /// <summary>Memory for every buffer, aliases included.</summary>
    public Dictionary<string, Memory<byte>> Allocate()
    {
        Dictionary<string, Memory<byte>> buffers = Slice(_placed, _layout.Allocate());
        foreach (string alias in _storage.Keys) { buffers[alias] = buffers[Root(alias)]; }
        return buffers;
    }

    /// <summary>Memory for <see cref="Edges"/> alone.</summary>
    public Dictionary<string, Memory<byte>> AllocateEdges()
    {
        var layout = new BufferPlan();
        return Slice([.. Edges.Select(edge => (edge, layout.Place(Bytes(edge), 0, 0)))], layout.Allocate());
    }

    private Dictionary<string, Memory<byte>> Slice((string Name, long Offset)[] placed, Memory<byte> memory) =>
        placed.ToDictionary(buffer => buffer.Name, buffer => memory.Slice((int)buffer.Offset, (int)Bytes(buffer.Name) + Engine.ReadSlack), StringComparer.Ordinal);

    /// <summary>Lets outputs take the place of inputs that nobody reads afterwards, where the step allows it: less memory to move.</summary>
    private void Overwrite()
    {
        for (int i = 0; i < _plan.Calls.Length; i++)
        {
            PlanCall call = _plan.Calls[i];
            for (int input = 0; input < call.Inputs.Length; input++)
            {
                string name = call.Inputs[input];
                if (name.Length == 0 || !call.Step.MayOverwrite(input) || _plan.Constants.ContainsKey(name)) { continue; }
                (string place, string output) = (Root(name), call.Outputs[0]);
                (int first, int last) = _uses[place];
                if (first < 0 || last != i || Bytes(place) != Bytes(output) || call.Inputs.Count(other => Root(other) == place) > 1) { continue; }
                _storage[output] = place;
                _uses[place] = (first, _uses[output].Last);
                _uses.Remove(output);
                break;
            }
        }
    }

    private void Use(string name, int index)
    {
        (int first, int last) = _uses[Root(name)];
        _uses[Root(name)] = (first, Math.Max(last, index));
    }
}
