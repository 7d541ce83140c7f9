namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// Recurrent layers over whole sequences with dynamically quantized products (<c>torch.ao.nn.quantized.dynamic.LSTM</c>, <c>GRU</c>, and <c>RNN</c>, which PyTorch lacks). The
/// input of a layer is quantized once for all steps; the hidden state is quantized at each step. The formulas are those of
/// <see cref="RecurrentCells"/>.
/// </summary>
/// <remarks>
/// x is float32 [time, batch, inputs]; states are float32 [layers · directions, batch, hidden], or null for zeros; weights are in the order layer 0,
/// layer 0 reversed, layer 1, … The output is [time, batch, directions · hidden] of the last layer. All throw
/// <see cref="QuantizationException"/> when shapes do not fit or values are not finite.
/// </remarks>
public static class RecurrentSequences
{
    private static readonly SequenceOptions s_default = new();

    /// <summary>LSTM; see <see cref="RecurrentCells.Lstm"/>.</summary>
    public static (Tensor Output, Tensor Hidden, Tensor Cell) Lstm(Tensor x, Tensor? h, Tensor? c, IReadOnlyList<RecurrentWeights> weights, SequenceOptions? options = null) =>
        Run(RecurrentSteps.Lstm, 4, x, h, c, weights, options ?? s_default);

    /// <summary>GRU; see <see cref="RecurrentCells.Gru"/>.</summary>
    public static (Tensor Output, Tensor Hidden) Gru(Tensor x, Tensor? h, IReadOnlyList<RecurrentWeights> weights, SequenceOptions? options = null) =>
        WithoutCell(Run(RecurrentSteps.Gru, 3, x, h, null, weights, options ?? s_default));

    /// <summary>RNN with tanh; see <see cref="RecurrentCells.RnnTanh"/>.</summary>
    public static (Tensor Output, Tensor Hidden) RnnTanh(Tensor x, Tensor? h, IReadOnlyList<RecurrentWeights> weights, SequenceOptions? options = null) =>
        WithoutCell(Run(RecurrentSteps.Tanh, 1, x, h, null, weights, options ?? s_default));

    /// <summary>RNN with ReLU; see <see cref="RecurrentCells.RnnRelu"/>.</summary>
    public static (Tensor Output, Tensor Hidden) RnnRelu(Tensor x, Tensor? h, IReadOnlyList<RecurrentWeights> weights, SequenceOptions? options = null) =>
        WithoutCell(Run(RecurrentSteps.Relu, 1, x, h, null, weights, options ?? s_default));

    private static (Tensor Output, Tensor Hidden) WithoutCell((Tensor Output, Tensor Hidden, Tensor Cell) result) => (result.Output, result.Hidden);

    private static (Tensor Output, Tensor Hidden, Tensor Cell) Run(
        RecurrentStep step, int gates, Tensor x, Tensor? h, Tensor? c, IReadOnlyList<RecurrentWeights> weights, SequenceOptions options)
    {
        FloatParameter.Require(x, "The input", 3, 3);
        int directions = options.Directions;
        if (weights.Count == 0 || weights.Count % directions != 0) { throw new QuantizationException($"Found {weights.Count} weights; expected {directions} for each layer."); }
        Tensor sequence = options.BatchFirst ? SwapFirstAxes(x) : x;
        var states = new Shape(weights.Count, sequence.Shape[1], weights[0].HiddenSize);
        Tensor hidden = RecurrentState.Copy(h, states, "hidden"), cell = RecurrentState.Copy(c, states, "cell");
        for (int layer = 0; layer < weights.Count / directions; layer++)
        {
            var output = new Tensor(ElementType.Float32, new Shape(sequence.Shape[0], sequence.Shape[1], directions * states[2]));
            for (int direction = 0; direction < directions; direction++)
            {
                int at = layer * directions + direction;
                weights[at].Require(gates, sequence.Shape[2]);
                if (weights[at].HiddenSize != states[2]) { throw new QuantizationException($"Weights {at} have a hidden state of {weights[at].HiddenSize}; expected {states[2]}, as weights 0 have."); }
                Run(step, sequence, State(hidden, at), State(cell, at), weights[at], direction, output, options);
            }
            sequence = output;
        }
        return (options.BatchFirst ? SwapFirstAxes(sequence) : sequence, hidden, cell);
    }

    private static void Run(RecurrentStep step, Tensor x, Span<float> h, Span<float> c, RecurrentWeights weights, int direction, Tensor output, SequenceOptions options)
    {
        (int time, int batch, int size) = (x.Shape[0], x.Shape[1], weights.HiddenSize);
        Engine engine = options.Engine ?? EngineList.Default;
        Span<float> inputGates = weights.Input.Run(x, reduceRange: options.ReduceRange).AsSpan<float>(), written = output.AsSpan<float>();
        int width = output.Shape[2], gates = time == 0 ? 0 : inputGates.Length / time;
        for (int t = 0; t < time; t++)
        {
            int at = direction == 0 ? t : time - 1 - t;
            Tensor hiddenGates = weights.Hidden.Run(Tensor.Create<float>(h, new Shape(batch, size)), reduceRange: options.ReduceRange);
            step(inputGates.Slice(at * gates, gates), hiddenGates.AsSpan<float>(), h, c, size, engine);
            for (int row = 0; row < batch; row++) { h.Slice(row * size, size).CopyTo(written[((at * batch + row) * width + direction * size)..]); }
        }
    }

    private static Span<float> State(Tensor states, int at)
    {
        int length = states.Shape[1] * states.Shape[2];
        return states.AsSpan<float>().Slice(at * length, length);
    }

    private static Tensor SwapFirstAxes(Tensor x)
    {
        (int rows, int columns, int length) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        var swapped = new Tensor(ElementType.Float32, new Shape(columns, rows, length));
        for (int i = 0; i < rows * columns; i++)
        {
            (int row, int column) = Math.DivRem(i, columns);
            x.AsSpan<float>().Slice(i * length, length).CopyTo(swapped.AsSpan<float>()[((column * rows + row) * length)..]);
        }
        return swapped;
    }
}
