namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// One step of a recurrent layer with dynamically quantized products (<c>torch.ao.nn.quantized.dynamic.RNNCell</c>, <c>GRUCell</c>, <c>LSTMCell</c>). Inputs are
/// float32 [batch, inputs], states float32 [batch, hidden] or null for zeros; input and hidden state are quantized at each call, each over the
/// whole batch. All throw <see cref="QuantizationException"/> when shapes do not fit or values are not finite.
/// </summary>
public static class RecurrentCells
{
    /// <summary><c>h' = tanh(W x + b + U h + b')</c> (PyTorch <c>quantized::quantized_rnn_tanh_cell_dynamic</c>).</summary>
    public static Tensor RnnTanh(Tensor x, Tensor? h, RecurrentWeights weights, bool reduceRange = false, Engine? engine = null) =>
        Run(RecurrentSteps.Tanh, 1, x, h, null, weights, false, reduceRange, engine).Hidden;

    /// <summary><c>h' = max(W x + b + U h + b', 0)</c> (PyTorch <c>quantized::quantized_rnn_relu_cell_dynamic</c>).</summary>
    public static Tensor RnnRelu(Tensor x, Tensor? h, RecurrentWeights weights, bool reduceRange = false, Engine? engine = null) =>
        Run(RecurrentSteps.Relu, 1, x, h, null, weights, false, reduceRange, engine).Hidden;

    /// <summary>
    /// Gates r, z, n of <c>i = W x + b</c> and <c>g = U h + b'</c>: <c>r = σ(ir + gr)</c>, <c>z = σ(iz + gz)</c>, <c>n = tanh(in + r · gn)</c>, <c>h' = (h − n) · z + n</c> (PyTorch
    /// <c>quantized::quantized_gru_cell_dynamic</c>).
    /// </summary>
    public static Tensor Gru(Tensor x, Tensor? h, RecurrentWeights weights, bool reduceRange = false, Engine? engine = null) =>
        Run(RecurrentSteps.Gru, 3, x, h, null, weights, false, reduceRange, engine).Hidden;

    /// <summary>
    /// Gates i, f, g, o of <c>W x + b + U h + b'</c>: <c>c' = σ(f) · c + σ(i) · tanh(g)</c>, <c>h' = σ(o) · tanh(c')</c> (PyTorch <c>quantized::quantized_lstm_cell_dynamic</c>).
    /// </summary>
    public static (Tensor Hidden, Tensor Cell) Lstm(Tensor x, Tensor? h, Tensor? c, RecurrentWeights weights, bool reduceRange = false, Engine? engine = null) =>
        Run(RecurrentSteps.Lstm, 4, x, h, c, weights, true, reduceRange, engine);

    private static (Tensor Hidden, Tensor Cell) Run(
        RecurrentStep step, int gates, Tensor x, Tensor? h, Tensor? c, RecurrentWeights weights, bool hasCell, bool reduceRange, Engine? engine)
    {
        FloatParameter.Require(x, "The input", 2, 2);
        weights.Require(gates, x.Shape[1]);
        var shape = new Shape(x.Shape[0], weights.HiddenSize);
        Tensor hidden = RecurrentState.Copy(h, shape, "hidden"), cell = RecurrentState.Copy(hasCell ? c : null, shape, "cell");
        Tensor inputGates = weights.Input.Run(x, reduceRange: reduceRange), hiddenGates = weights.Hidden.Run(hidden, reduceRange: reduceRange);
        step(inputGates.AsSpan<float>(), hiddenGates.AsSpan<float>(), hidden.AsSpan<float>(), cell.AsSpan<float>(), weights.HiddenSize, engine ?? EngineList.Default);
        return (hidden, cell);
    }
}
