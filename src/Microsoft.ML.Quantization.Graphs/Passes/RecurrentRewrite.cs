using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>One recurrent layer on its way to 8-bit weights. A sequence with the batch first is transposed before and after: the new operators have time first.</summary>
internal sealed class RecurrentRewrite
{
    private readonly Graph _graph;
    private readonly Node _node;
    private readonly GraphBuilder _builder;
    private readonly RecurrentSettings _settings;
    private readonly RecurrentCodes _w;
    private readonly RecurrentCodes _r;
    private readonly int _states;

    public RecurrentRewrite(Graph graph, Node node, ObserverSpec spec, ObserverList observers)
    {
        (_graph, _node, _builder) = (graph, node, new GraphBuilder(graph));
        _settings = node.Operator switch { "LSTM" => LSTM.Settings(node), "GRU" => GRU.Settings(node), _ => RNN.Settings(node) };
        _states = node.Operator == "LSTM" ? 2 : 1;
        (_w, _r) = (new(graph.Constant(node.Inputs[1])!, spec, observers), new(graph.Constant(node.Inputs[2])!, spec, observers));
    }

    /// <summary>What was done.</summary>
    public string Text => $"{_node.Operator} became {Target} with {(_w.IsPerChannel ? "a scale for each row of the weights" : "one scale for each matrix")}{(_settings.Directions == 2 && _states == 1 ? " and direction" : "")}";

    private string Target => "DynamicQuantize" + _node.Operator;

    /// <summary>Why the codes that the observer chose have no file form; null when they have.</summary>
    public string? Decline() => _w.Decline() ?? _r.Decline();

    /// <summary>The rewritten graph.</summary>
    public Graph Run(OperatorList? operators)
    {
        ImmutableArray<string> states = [.. Enumerable.Range(5, _states).Select(i => _node.HasInput(i) ? TimeFirst(_node.Inputs[i], "state") : "")];
        string x = TimeFirst(_node.Inputs[0], "x");
        ImmutableArray<string> wanted = [.. Enumerable.Range(0, 1 + _states).Select(i => i < _node.Outputs.Length ? _node.Outputs[i] : "")];
        _builder.Remove(_node);
        ImmutableArray<string> outputs = [.. wanted.Select((name, i) => name.Length == 0 || !_settings.BatchFirst ? name : _builder.Unique($"{_node.Name}_{i}_time_first"))];
        if (_states == 2) { AddLstm(x, states, outputs); } else { AddDirections(x, states[0], outputs); }
        if (_settings.BatchFirst)
        {
            for (int i = 0; i < outputs.Length; i++)
            {
                if (wanted[i].Length > 0) { AddTranspose(outputs[i], wanted[i], i == 0 ? [2, 0, 1, 3] : [1, 0, 2]); }
            }
        }
        return _builder.Build(operators);
    }

    private void AddLstm(string x, ImmutableArray<string> states, ImmutableArray<string> outputs)
    {
        ImmutableArray<string> inputs =
        [
            x, Constant("w", _w.Codes()), Constant("r", _r.Codes()), Optional(3), Optional(4), states[0], states[1], Optional(7),
            Constant("w_scale", _w.Scales()), Constant("w_zero_point", _w.ZeroPoints()), Constant("r_scale", _r.Scales()), Constant("r_zero_point", _r.ZeroPoints()),
        ];
        NodeAttributes attributes = _node.Attributes.Without("layout").With("hidden_size", (long)_r.Depth);
        _builder.Add(new Node(_node.Name, Target, inputs, outputs, attributes, DynamicQuantizeLSTM.RuntimeDomain));
    }

    private void AddDirections(string x, string state, ImmutableArray<string> outputs)
    {
        int directions = _settings.Directions;
        ImmutableArray<string> states = directions == 1 ? [state.Length > 0 ? state : Zeros()] : state.Length == 0 ? [.. Enumerable.Repeat(Zeros(), directions)] : Split(state);
        // One length of the largest number stands for sequences that all go to the end.
        string lengths = _node.HasInput(4) ? _node.Inputs[4] : Constant("lengths", Tensor.Create<int>([int.MaxValue], new Shape(1)));
        if (directions == 1)
        {
            AddDirection(_node.Name, 0, x, lengths, states[0], outputs);
            return;
        }
        ImmutableArray<string>[] parts = [.. Enumerable.Range(0, directions).Select(direction => (ImmutableArray<string>)[.. outputs.Select((name, i) => name.Length == 0 ? "" : _builder.Unique($"{_node.Name}_{i}_{(direction == 0 ? "forward" : "reverse")}"))])];
        AddDirection(_node.Name, 0, x, lengths, states[0], parts[0]);
        AddDirection(_builder.Unique(_node.Name + "_reverse"), 1, x, lengths, states[1], parts[1]);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i].Length > 0) { _builder.Add(new Node(_builder.Unique($"{_node.Name}_join"), "Concat", [parts[0][i], parts[1][i]], [outputs[i]], NodeAttributes.Empty.With("axis", i == 0 ? 1L : 0L))); }
        }
    }

    private void AddDirection(string name, int direction, string x, string lengths, string state, ImmutableArray<string> outputs)
    {
        NodeAttributes attributes = NodeAttributes.Empty.With("reverse", _settings.Reverses(direction)).With("clip", Math.Min(_settings.Clip, float.MaxValue));
        attributes = _node.Operator == "GRU"
            ? attributes.With("linear_before_reset", _node.Attributes.Int("linear_before_reset", 0))
            : attributes.With("relu", _settings.Names[direction].Equals("relu", StringComparison.OrdinalIgnoreCase));
        ImmutableArray<string> inputs =
        [
            x, Constant("w", _w.Codes(direction)), Constant("r", _r.Codes(direction)), Constant("b", Bias(direction)), lengths, state,
            Constant("w_scale", _w.Scales(direction)), Constant("w_zero_point", _w.ZeroPoints(direction)), Constant("r_scale", _r.Scales(direction)), Constant("r_zero_point", _r.ZeroPoints(direction)),
        ];
        _builder.Add(new Node(name, Target, inputs, outputs, attributes, DynamicRecurrence.Domain));
    }

    private ImmutableArray<string> Split(string state)
    {
        string sizes = Constant("directions", Tensor.Create<long>([1, 1], new Shape(2)));
        string name = _builder.Unique(_node.Name + "_states");
        return _builder.Add(new Node(name, "Split", [state, sizes], [_builder.Unique(name + "_forward"), _builder.Unique(name + "_reverse")], NodeAttributes.Empty.With("axis", 0L))).Outputs;
    }

    private Tensor Bias(int direction)
    {
        int length = 2 * _w.Outputs;
        return _node.HasInput(3)
            ? Tensor.Create<float>(_graph.Constant(_node.Inputs[3])!.AsSpan<float>().Slice(direction * length, length), new Shape(1, length))
            : new Tensor(ElementType.Float32, new Shape(1, length));
    }

    private string Zeros() => Constant("zeros", new Tensor(ElementType.Float32, new Shape(1, 1, _r.Depth)));

    private string Optional(int input) => _node.HasInput(input) ? _node.Inputs[input] : "";

    private string Constant(string wish, Tensor tensor) => _builder.AddConstant(_builder.Unique($"{_node.Name}_{wish}"), tensor);

    private string TimeFirst(string value, string wish) => _settings.BatchFirst ? AddTranspose(value, _builder.Unique($"{_node.Name}_{wish}_time_first"), [1, 0, 2]) : value;

    private string AddTranspose(string from, string to, ImmutableArray<long> order) =>
        _builder.Add(new Node(_builder.Unique($"{_node.Name}_transpose"), "Transpose", [from], [to], NodeAttributes.Empty.With("perm", order))).Output;
}
