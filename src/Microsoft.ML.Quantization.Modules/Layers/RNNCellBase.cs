using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// One step of a recurrent layer. Values: x [batch, inputs] and states [batch, hidden] or none, for zeros; results: the next states. Parameters <c>weight_ih</c> [gates · hidden, inputs], <c>weight_hh</c>, <c>bias_ih</c>, <c>bias_hh</c>.
/// </summary>
public abstract class RNNCellBase : Module
{
    private readonly int _states;

    private protected RNNCellBase(string name, int gates, int states, int inputSize, int hiddenSize, bool bias, ulong seed)
    {
        if (inputSize < 1 || hiddenSize < 1) { throw new QuantizationException($"{name} was given input size {inputSize} and hidden size {hiddenSize}; expected 1 or more of each."); }
        (TypeName, _states, InputSize, HiddenSize, HasBias) = (name, states, inputSize, hiddenSize, bias);
        int rows = gates * hiddenSize;
        RegisterParameter("weight_ih", Initializer.Uniform(new Shape(rows, inputSize), hiddenSize, seed));
        RegisterParameter("weight_hh", Initializer.Uniform(new Shape(rows, hiddenSize), hiddenSize, seed));
        RegisterParameter("bias_ih", bias ? Initializer.Uniform(new Shape(rows), hiddenSize, seed) : null);
        RegisterParameter("bias_hh", bias ? Initializer.Uniform(new Shape(rows), hiddenSize, seed) : null);
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    /// <summary>Length of an input.</summary>
    public int InputSize { get; }

    /// <summary>Length of a state.</summary>
    public int HiddenSize { get; }

    /// <summary>Whether there are biases.</summary>
    public bool HasBias { get; }

    /// <summary>A layer of one step with the cell's parameters.</summary>
    private protected abstract RNNBase Layer();

    /// <inheritdoc/>
    protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values)
    {
        if (values.Length != 1 && values.Length != 1 + _states) { throw new QuantizationException($"{TypeName} was given {values.Length} values; expected the input alone, or with {_states} {(_states == 1 ? "state" : "states")}."); }
        RNNBase layer = FromState(() =>
        {
            RNNBase made = Layer();
            foreach (string name in (string[])["weight_ih", "weight_hh", "bias_ih", "bias_hh"]) { made.SetEntry(name + "_l0", Entries[name]); }
            return made;
        });
        return [.. layer.Forward([.. values.Select(value => value.Unsqueeze(0))]).Skip(1).Select(state => state.Select(0, 0))];
    }
}

/// <summary>One step of <see cref="LSTM"/>: results h' and c'. PyTorch's <c>torch.nn.LSTMCell</c>.</summary>
/// <param name="inputSize">Length of an input.</param>
/// <param name="hiddenSize">Length of a state.</param>
/// <param name="bias">Whether there are biases.</param>
/// <param name="seed">Settles the parameters.</param>
public sealed class LSTMCell(int inputSize, int hiddenSize, bool bias = true, ulong seed = 0) : RNNCellBase("nn.LSTMCell", 4, 2, inputSize, hiddenSize, bias, seed)
{
    private protected override RNNBase Layer() => new LSTM(InputSize, HiddenSize, bias: HasBias);
}

/// <summary>One step of <see cref="GRU"/>. PyTorch's <c>torch.nn.GRUCell</c>.</summary>
/// <param name="inputSize">Length of an input.</param>
/// <param name="hiddenSize">Length of a state.</param>
/// <param name="bias">Whether there are biases.</param>
/// <param name="seed">Settles the parameters.</param>
public sealed class GRUCell(int inputSize, int hiddenSize, bool bias = true, ulong seed = 0) : RNNCellBase("nn.GRUCell", 3, 1, inputSize, hiddenSize, bias, seed)
{
    private protected override RNNBase Layer() => new GRU(InputSize, HiddenSize, bias: HasBias);
}

/// <summary>One step of <see cref="RNN"/>. PyTorch's <c>torch.nn.RNNCell</c>.</summary>
/// <param name="inputSize">Length of an input.</param>
/// <param name="hiddenSize">Length of a state.</param>
/// <param name="relu">ReLU instead of tanh.</param>
/// <param name="bias">Whether there are biases.</param>
/// <param name="seed">Settles the parameters.</param>
public sealed class RNNCell(int inputSize, int hiddenSize, bool relu = false, bool bias = true, ulong seed = 0) : RNNCellBase("nn.RNNCell", 1, 1, inputSize, hiddenSize, bias, seed)
{
    /// <summary>Whether ReLU takes the place of tanh.</summary>
    public bool Relu { get; } = relu;

    private protected override RNNBase Layer() => new RNN(InputSize, HiddenSize, relu: Relu, bias: HasBias);
}
