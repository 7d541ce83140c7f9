using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// Recurrent layers over sequences, PyTorch's <c>torch.nn.RNNBase</c>. Values: x [time, batch, inputs] ([batch, time, inputs] with <see cref="BatchFirst"/>) and states [layers · directions, batch, hidden] or none, for zeros.
/// Results: the output [time, batch, directions · hidden] and the last states. Parameters <c>weight_ih_l0</c> [gates · hidden, inputs], <c>weight_hh_l0</c>, <c>bias_ih_l0</c>, <c>bias_hh_l0</c>, with <c>_reverse</c> behind for the
/// other direction, then those of <c>l1</c>, …
/// </summary>
public abstract class RNNBase : Module
{
    private readonly string _operator;
    private readonly ImmutableArray<int> _gateOrder;

    private protected RNNBase(string name, string op, ImmutableArray<int> gateOrder, int inputSize, int hiddenSize, int layers, bool bias, bool batchFirst, bool bidirectional, ulong seed)
    {
        if (inputSize < 1 || hiddenSize < 1 || layers < 1) { throw new QuantizationException($"{name} was given input size {inputSize}, hidden size {hiddenSize} and {layers} layers; expected 1 or more of each."); }
        (TypeName, _operator, _gateOrder) = (name, op, gateOrder);
        (InputSize, HiddenSize, Layers, HasBias, BatchFirst, Bidirectional) = (inputSize, hiddenSize, layers, bias, batchFirst, bidirectional);
        int rows = gateOrder.Length * hiddenSize;
        foreach ((int layer, string suffix) in Parts())
        {
            int inputs = layer == 0 ? inputSize : hiddenSize * Directions;
            RegisterParameter("weight_ih" + suffix, Initializer.Uniform(new Shape(rows, inputs), hiddenSize, unchecked(seed + (ulong)layer)));
            RegisterParameter("weight_hh" + suffix, Initializer.Uniform(new Shape(rows, hiddenSize), hiddenSize, unchecked(seed + (ulong)layer)));
            RegisterParameter("bias_ih" + suffix, bias ? Initializer.Uniform(new Shape(rows), hiddenSize, unchecked(seed + (ulong)layer)) : null);
            RegisterParameter("bias_hh" + suffix, bias ? Initializer.Uniform(new Shape(rows), hiddenSize, unchecked(seed + (ulong)layer)) : null);
        }
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    /// <summary>Length of an input.</summary>
    public int InputSize { get; }

    /// <summary>Length of a state.</summary>
    public int HiddenSize { get; }

    /// <summary>Layers, each over the output of the one before.</summary>
    public int Layers { get; }

    /// <summary>Whether there are biases.</summary>
    public bool HasBias { get; }

    /// <summary>Whether the batch is the first axis of input and output.</summary>
    public bool BatchFirst { get; }

    /// <summary>Whether each layer also runs backwards.</summary>
    public bool Bidirectional { get; }

    /// <summary>1 or 2.</summary>
    public int Directions => Bidirectional ? 2 : 1;

    /// <summary>Number of states: 2 for LSTM, otherwise 1.</summary>
    private protected int States => _operator == "LSTM" ? 2 : 1;

    /// <summary>The suffix of the parameters of each layer and direction, in order.</summary>
    internal IEnumerable<(int Layer, string Suffix)> Parts() =>
        Enumerable.Range(0, Layers).SelectMany(layer => Enumerable.Range(0, Directions).Select(direction => (layer, $"_l{layer}{(direction == 0 ? "" : "_reverse")}")));

    /// <summary>Attributes beyond direction and size.</summary>
    private protected virtual NodeAttributes Attributes => NodeAttributes.Empty;

    /// <inheritdoc/>
    protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values)
    {
        if (values.Length != 1 && values.Length != 1 + States) { throw new QuantizationException($"{TypeName} was given {values.Length} values; expected the input alone, or with {States} {(States == 1 ? "state" : "states")}."); }
        return Write($"{values.Length}", values, Nodes);
    }

    private ImmutableArray<string> Nodes(NodeWriter writer, ImmutableArray<string> inputs)
    {
        if (writer.Fact(inputs[0]).Rank != 3) { throw new QuantizationException($"{TypeName} was given {writer.Fact(inputs[0])}; expected {(BatchFirst ? "[batch, time, inputs]" : "[time, batch, inputs]")}."); }
        NodeAttributes swap = NodeAttributes.Empty.With("perm", ImmutableArray.Create(1L, 0L, 2L));
        string x = BatchFirst ? writer.Node("Transpose", [inputs[0]], swap) : inputs[0];
        var states = new List<string>[States];
        for (int i = 0; i < States; i++) { states[i] = []; }
        for (int layer = 0; layer < Layers; layer++)
        {
            string[] suffixes = [.. Parts().Where(part => part.Layer == layer).Select(part => part.Suffix)];
            ImmutableArray<string> given = [.. inputs.Skip(1).Select(state => Layers == 1 ? state : writer.Node("Slice", [state, writer.Settings($"first_l{layer}", layer * Directions), writer.Settings($"end_l{layer}", (layer + 1) * Directions), writer.Settings("axis", 0)]))];
            NodeAttributes attributes = Attributes.With("hidden_size", HiddenSize).With("direction", Bidirectional ? "bidirectional" : "forward");
            ImmutableArray<string> outputs = writer.Nodes(_operator,
                [x, writer.Constant($"W_l{layer}", Join(suffixes, "weight_ih")), writer.Constant($"R_l{layer}", Join(suffixes, "weight_hh")), HasBias ? writer.Constant($"B_l{layer}", Biases(suffixes)) : "", .. given.IsEmpty ? (ImmutableArray<string>)[] : ["", .. given]],
                1 + States, attributes);
            // [time, directions, batch, hidden] to [time, batch, directions · hidden].
            x = writer.Node("Reshape", [writer.Node("Transpose", [outputs[0]], NodeAttributes.Empty.With("perm", ImmutableArray.Create(0L, 2L, 1L, 3L))), writer.Settings("joined", 0, 0, -1)]);
            for (int i = 0; i < States; i++) { states[i].Add(outputs[1 + i]); }
        }
        if (BatchFirst) { x = writer.Node("Transpose", [x], swap); }
        return [x, .. states.Select(all => all.Count == 1 ? all[0] : writer.Node("Concat", [.. all], NodeAttributes.Empty.With("axis", 0)))];
    }

    // [directions, gates · hidden, …] with the gates in ONNX's order.
    private Tensor Join(string[] suffixes, string name) => Value.Stack([.. suffixes.Select(suffix => (Value)Gates(Entry(name + suffix)!))]).ToTensor();

    private Tensor Biases(string[] suffixes) => Value.Stack([.. suffixes.Select(suffix => Value.Cat([Gates(Entry("bias_ih" + suffix)!), Gates(Entry("bias_hh" + suffix)!)], 0))]).ToTensor();

    private Tensor Gates(Tensor tensor) => TensorMoves.Cat([.. _gateOrder.Select(gate => TensorMoves.Narrow(tensor, 0, gate * HiddenSize, HiddenSize))], 0);
}
