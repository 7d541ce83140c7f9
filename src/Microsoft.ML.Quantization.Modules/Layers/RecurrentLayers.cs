using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Gates i, f, g, o; <c>c' = σ(f) · c + σ(i) · tanh(g)</c>, <c>h' = σ(o) · tanh(c')</c>. PyTorch's <c>torch.nn.LSTM</c>; see <see cref="RNNBase"/>.</summary>
/// <param name="inputSize">Length of an input.</param>
/// <param name="hiddenSize">Length of a state.</param>
/// <param name="layers">Layers.</param>
/// <param name="bias">Whether there are biases.</param>
/// <param name="batchFirst">Whether the batch is the first axis of input and output.</param>
/// <param name="bidirectional">Whether each layer also runs backwards.</param>
/// <param name="seed">Settles the parameters.</param>
public sealed class LSTM(int inputSize, int hiddenSize, int layers = 1, bool bias = true, bool batchFirst = false, bool bidirectional = false, ulong seed = 0)
    : RNNBase("nn.LSTM", "LSTM", [0, 3, 1, 2], inputSize, hiddenSize, layers, bias, batchFirst, bidirectional, seed);

/// <summary>Gates r, z, n; <c>n = tanh(i + r · h)</c>, <c>h' = (1 − z) · n + z · h</c>. PyTorch's <c>torch.nn.GRU</c>; see <see cref="RNNBase"/>.</summary>
/// <param name="inputSize">Length of an input.</param>
/// <param name="hiddenSize">Length of a state.</param>
/// <param name="layers">Layers.</param>
/// <param name="bias">Whether there are biases.</param>
/// <param name="batchFirst">Whether the batch is the first axis of input and output.</param>
/// <param name="bidirectional">Whether each layer also runs backwards.</param>
/// <param name="seed">Settles the parameters.</param>
public sealed class GRU(int inputSize, int hiddenSize, int layers = 1, bool bias = true, bool batchFirst = false, bool bidirectional = false, ulong seed = 0)
    : RNNBase("nn.GRU", "GRU", [1, 0, 2], inputSize, hiddenSize, layers, bias, batchFirst, bidirectional, seed)
{
    private protected override NodeAttributes Attributes => NodeAttributes.Empty.With("linear_before_reset", 1);
}

/// <summary><c>h' = f(W x + b + U h + b')</c>, f tanh or ReLU. PyTorch's <c>torch.nn.RNN</c>; see <see cref="RNNBase"/>.</summary>
/// <param name="inputSize">Length of an input.</param>
/// <param name="hiddenSize">Length of a state.</param>
/// <param name="layers">Layers.</param>
/// <param name="relu">ReLU instead of tanh.</param>
/// <param name="bias">Whether there are biases.</param>
/// <param name="batchFirst">Whether the batch is the first axis of input and output.</param>
/// <param name="bidirectional">Whether each layer also runs backwards.</param>
/// <param name="seed">Settles the parameters.</param>
public sealed class RNN(int inputSize, int hiddenSize, int layers = 1, bool relu = false, bool bias = true, bool batchFirst = false, bool bidirectional = false, ulong seed = 0)
    : RNNBase("nn.RNN", "RNN", [0], inputSize, hiddenSize, layers, bias, batchFirst, bidirectional, seed)
{
    /// <summary>Whether f is ReLU.</summary>
    public bool Relu { get; } = relu;

    private protected override NodeAttributes Attributes => NodeAttributes.Empty.With("activations", Enumerable.Repeat(Relu ? "Relu" : "Tanh", Directions).ToImmutableArray());
}
