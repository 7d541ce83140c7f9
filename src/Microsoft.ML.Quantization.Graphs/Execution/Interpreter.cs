using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Runs a plan call by call where shapes depend on data: each call's facts are inferred with the values computed so far, then its
/// buffers are made. The same steps run as in a planned context, so the results have the same bits.
/// </summary>
internal sealed class Interpreter
{
    /// <summary>Inputs up to this length may decide a shape; longer ones are data, unless their operator says otherwise.</summary>
    private const int LongestSetting = 1024;

    private readonly ExecutionPlan _plan;
    private readonly FactPropagation _facts;
    private readonly IActivationTap? _tap;
    private readonly Dictionary<string, Memory<byte>> _buffers = new(StringComparer.Ordinal);
    private readonly MemoryBudget _budget;
    private int _nextNode;
    private long _alive;

    private Interpreter(ExecutionPlan plan, IActivationTap? tap, MemoryBudget budget)
    {
        _budget = budget;
        (_plan, _tap) = (plan, tap);
        _facts = new FactPropagation(plan.Bound.Opset, plan.Operators);
        foreach ((string name, Tensor tensor) in plan.Bound.Constants) { _facts.Add(name, tensor); }
        foreach ((string name, Tensor tensor) in plan.ConstantTensors) { _facts.Add(name, tensor); }
        foreach ((string name, Memory<byte> memory) in plan.Constants) { _buffers[name] = memory; }
    }

    /// <summary>One run. Outputs come with the shapes they turned out to have.</summary>
    public static ImmutableArray<Tensor> Run(ExecutionPlan plan, ImmutableArray<Tensor> inputs, IActivationTap? tap)
    {
        var run = new Interpreter(plan, tap, MemoryBudget.For(plan, inputs.Select(input => (long)input.Bytes.Length)));
        for (int i = 0; i < inputs.Length; i++)
        {
            run.Store(plan.Bound.Inputs[i].Name, inputs[i]);
            run.Show(plan.Bound.Inputs[i].Name, BufferLayout.RowMajor);
        }
        Dictionary<string, int> lastUse = LastUses(plan);
        for (int i = 0; i < plan.Calls.Length; i++)
        {
            run.Execute(plan.Calls[i]);
            foreach (string value in plan.Calls[i].Inputs.Where(value => value.Length > 0 && lastUse[value] == i && !plan.Constants.ContainsKey(value))) { run.Release(value); }
        }
        return [.. plan.OutputBuffers.Select(run.Load)];
    }

    private void Release(string value)
    {
        if (_buffers.Remove(value, out Memory<byte> memory)) { _alive -= memory.Length; }
    }

    private static Dictionary<string, int> LastUses(ExecutionPlan plan)
    {
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < plan.Calls.Length; i++)
        {
            foreach (string value in plan.Calls[i].Inputs) { last[value] = i; }
        }
        foreach (string output in plan.OutputBuffers) { last[output] = plan.Calls.Length; }
        return last;
    }

    private void Execute(PlanCall call)
    {
        if (call.Step is LayoutStep && LayoutStep.IsTrivial(ShapeOf(call.Inputs[0])))
        {
            _buffers[call.Outputs[0]] = _buffers[call.Inputs[0]];
            _alive += _buffers[call.Outputs[0]].Length;
            return;
        }
        if (call.Step is ValueStep values)
        {
            ImmutableArray<Tensor> results = values.Compute([.. call.Inputs.Select(input => input.Length == 0 ? null : Load(input))], _tap);
            for (int i = 0; i < call.Outputs.Length; i++)
            {
                if (call.Outputs[i].Length > 0) { Store(call.Outputs[i], Expected(call, i, results[i]), call.Node); }
            }
            PassBy(call.Node);
        }
        else
        {
            if (call.Step is not LayoutStep) { InferUpTo(call.Node); }
            foreach (string output in call.Outputs.Where(output => output.Length > 0)) { _buffers[output] = Allocate(call.Node, output, Bytes(output, call), isProduct: call.Step is not LayoutStep); }
            RunStep(call);
        }
        if (call.Step is LayoutStep) { return; }
        foreach (string output in call.Outputs.Where(output => output.Length > 0)) { Show(output, call.Layout); }
    }

    // The steps behind were bound for a number of axes.
    private Tensor Expected(PlanCall call, int output, Tensor result)
    {
        TensorFact fact = _plan.Bound.Fact(call.Outputs[output]);
        return fact.Rank == result.Shape.Rank
            ? result
            : throw new QuantizationException($"{call.Node} gives '{call.Outputs[output]}' with shape {result.Shape}; expected {fact}. Its branches give different numbers of axes, and its condition hangs on data, not on sizes.");
    }

    private void RunStep(PlanCall source)
    {
        var call = new StepCall(source.Node, _plan.Engine,
            [.. source.Inputs.Select(input => input.Length == 0 ? ((ElementType, Shape)?)null : (TypeOf(input), ShapeOf(input)))],
            [.. source.Outputs.Select(output => output.Length == 0 ? (ElementType.UInt8, new Shape(0)) : (TypeOf(output), ShapeOf(output, source)))], source.Layout)
        {
            Workers = _plan.Workers,
        };
        for (int i = 0; i < source.Inputs.Length; i++)
        {
            if (source.Inputs[i].Length > 0) { call.SetInput(i, _buffers[source.Inputs[i]]); }
        }
        for (int i = 0; i < source.Outputs.Length; i++)
        {
            if (source.Outputs[i].Length > 0) { call.SetOutput(i, _buffers[source.Outputs[i]]); }
        }
        call.State = source.Step.Prepare(call);
        call.ScratchMemory = GC.AllocateUninitializedArray<byte>(source.Step.ScratchBytes(call), pinned: true);
        source.Step.Run(call);
    }

    // Nodes without a call of their own were folded, or are the DequantizeLinear and QuantizeLinear of an integer group.
    private void InferUpTo(Node node)
    {
        while (_nextNode < _plan.Bound.Nodes.Length)
        {
            Node next = _plan.Bound.Nodes[_nextNode];
            bool isFolded = next.Outputs.All(output => output.Length == 0 || _plan.ConstantTensors.ContainsKey(output));
            if (!isFolded && !next.Outputs.Any(_buffers.ContainsKey) && CanInfer(next))
            {
                LoadSettings(next);
                _facts.Apply(next);
            }
            _nextNode++;
            if (ReferenceEquals(next, node)) { return; }
        }
        throw new InvalidOperationException($"{node} is not in the order of its graph.");
    }

    private void PassBy(Node node)
    {
        InferUpTo(node);
        for (int i = 0; i < node.Outputs.Length; i++)
        {
            if (node.Outputs[i].Length > 0 && !_facts.Facts.ContainsKey(node.Outputs[i])) { throw new InvalidOperationException($"{node} gave no '{node.Outputs[i]}'."); }
        }
    }

    private bool CanInfer(Node node) => node.Inputs.All(input => input.Length == 0 || _facts.Facts.ContainsKey(input));

    private void LoadSettings(Node node)
    {
        IOperator op = _plan.Operators.Find(node, _plan.Bound.Opset);
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            string input = node.Inputs[i];
            if (input.Length == 0 || _facts.Value(input) is not null || !_buffers.ContainsKey(input)) { continue; }
            if (ShapeOf(input).Rank < 3 && (op.Traits.IsSetting?.Invoke(i) == true || ShapeOf(input).Length <= LongestSetting)) { _facts.Add(input, Load(input)); }
        }
    }

    private static string ValueOf(string buffer) => buffer.IndexOf('\0') is var end and >= 0 ? buffer[..end] : buffer;

    private ElementType TypeOf(string buffer) => _plan.Bound.Fact(ValueOf(buffer)).Type;

    // The codes an integer group writes have the shape of the operator's float output.
    private Shape ShapeOf(string buffer, PlanCall? call = null)
    {
        string value = ValueOf(buffer);
        TensorFact? fact = _facts.Facts.GetValueOrDefault(value);
        if (fact is null && call is not null && call.Outputs.IndexOf(buffer) is >= 0 and int index)
        {
            fact = _facts.Facts[call.Node.Outputs[index]] with { Type = TypeOf(value) };
            _facts.Add(value, fact);
        }
        return fact is { IsStatic: true }
            ? fact.ToShape()
            : throw new QuantizationException($"The shape of value '{value}' is {fact} even while the model runs; an operator before it gives no sizes.");
    }

    private long Bytes(string buffer, PlanCall? call = null) => (long)ShapeOf(buffer, call).Length * TypeOf(buffer).SizeInBytes();

    private Tensor Load(string buffer) => new(TypeOf(buffer), ShapeOf(buffer), _buffers[buffer].Span[..(int)Bytes(buffer)].ToArray());

    private void Store(string name, Tensor tensor, Node? writer = null)
    {
        _facts.Add(name, new TensorFact(tensor.Type, tensor.Shape));
        Memory<byte> memory = Allocate(writer, name, tensor.Bytes.Length, isProduct: false);
        tensor.Bytes.CopyTo(memory.Span);
        _buffers[name] = memory;
    }

    private Memory<byte> Allocate(Node? writer, string name, long bytes, bool isProduct)
    {
        if (writer is not null && isProduct) { _budget.Count(writer, _plan.Operators, _plan.Bound.Opset, bytes); }
        _budget.Check(_alive + bytes, () => $"value '{ValueOf(name)}'");
        var plan = new BufferPlan();
        plan.Place(bytes, 0, 0);
        Memory<byte> memory = plan.Allocate();
        _alive += memory.Length;
        return memory;
    }

    private void Show(string value, BufferLayout layout)
    {
        if (_tap is null || !_tap.Wants(value) || TypeOf(value) != ElementType.Float32) { return; }
        Shape shape = ShapeOf(value);
        ReadOnlySpan<byte> bytes = _buffers[value].Span[..(int)Bytes(value)];
        StepSequence.Show(_tap, value, bytes, shape, layout);
    }
}
