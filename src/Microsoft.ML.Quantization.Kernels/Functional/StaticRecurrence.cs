namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Recurrent layers whose every value between the products is quantized (<c>torch.ao.nn.quantizable.LSTM</c> after conversion).</summary>
public static class StaticRecurrence
{
    /// <summary>
    /// One step: <c>g = W x + b</c> and <c>U h + b'</c>, each quantized, and their sum; gates i, f, g, o;
    /// <c>c' = σ(f) · c + σ(i) · tanh(g)</c>, <c>h' = σ(o) · tanh(c')</c>, each product and sum quantized.
    /// </summary>
    /// <param name="x">quint8 [batch, inputs].</param>
    /// <param name="h">quint8 [batch, hidden].</param>
    /// <param name="c">quint8 [batch, hidden].</param>
    /// <param name="weights">Products and maps.</param>
    /// <param name="engine">The engine to use; the fastest one when null.</param>
    /// <exception cref="QuantizationException">Shapes or types do not fit.</exception>
    public static (QuantizedTensor Hidden, QuantizedTensor Cell) LstmCell(QuantizedTensor x, QuantizedTensor h, QuantizedTensor c, StaticLstmWeights weights, Engine? engine = null)
    {
        QuantizedTensor fromInput = LinearProducts.Linear(x, weights.InputWeight, weights.InputBias, weights.InputGates.Scale, weights.InputGates.ZeroPoint, engine);
        QuantizedTensor fromHidden = LinearProducts.Linear(h, weights.HiddenWeight, weights.HiddenBias, weights.HiddenGates.Scale, weights.HiddenGates.ZeroPoint, engine);
        QuantizedTensor gates = Arithmetic.Add(fromInput, fromHidden, weights.Gates.Scale, weights.Gates.ZeroPoint, engine);

        QuantizedTensor Gate(int index) => gates.Narrow(-1, index * weights.HiddenSize, weights.HiddenSize).Contiguous();
        QuantizedTensor input = Activations.Sigmoid(Gate(0), engine), forget = Activations.Sigmoid(Gate(1), engine);
        QuantizedTensor fresh = Activations.Tanh(Gate(2), engine), output = Activations.Sigmoid(Gate(3), engine);

        QuantizedTensor kept = Arithmetic.Mul(forget, c, weights.ForgetCell.Scale, weights.ForgetCell.ZeroPoint, engine);
        QuantizedTensor added = Arithmetic.Mul(input, fresh, weights.InputCell.Scale, weights.InputCell.ZeroPoint, engine);
        QuantizedTensor cell = Arithmetic.Add(kept, added, weights.Cell.Scale, weights.Cell.ZeroPoint, engine);
        return (Arithmetic.Mul(output, Activations.Tanh(cell, engine), weights.Hidden.Scale, weights.Hidden.ZeroPoint, engine), cell);
    }

    /// <summary>Whole sequences. States begin as quantized zeros (scale 1, zero point 0), as in PyTorch.</summary>
    /// <param name="x">quint8 [time, batch, inputs].</param>
    /// <param name="weights">Layer 0, layer 0 reversed, layer 1, …; without reversed ones when not <paramref name="bidirectional"/>.</param>
    /// <param name="bidirectional">Whether each layer also runs backwards; its output then joins the forward one, in the forward one's map.</param>
    /// <param name="engine">The engine to use; the fastest one when null.</param>
    /// <returns>quint8 [time, batch, directions · hidden] of the last layer.</returns>
    /// <exception cref="QuantizationException">Shapes or types do not fit, or there are no weights.</exception>
    public static QuantizedTensor Lstm(QuantizedTensor x, IReadOnlyList<StaticLstmWeights> weights, bool bidirectional = false, Engine? engine = null)
    {
        int directions = bidirectional ? 2 : 1;
        if (x.Rank != 3) { throw new QuantizationException($"The input has shape {x.Shape}; expected [time, batch, inputs]."); }
        if (weights.Count == 0 || weights.Count % directions != 0) { throw new QuantizationException($"Found {weights.Count} weights; expected {directions} for each layer."); }
        if (x.Shape[0] == 0) { throw new QuantizationException("The sequence has no step; expected at least one."); }
        for (int layer = 0; layer < weights.Count; layer += directions)
        {
            QuantizedTensor forward = Run(x, weights[layer], reversed: false, engine);
            x = bidirectional ? QuantizedTensor.Cat([forward, Run(x, weights[layer + 1], reversed: true, engine)], 2) : forward;
        }
        return x;
    }

    private static QuantizedTensor Run(QuantizedTensor x, StaticLstmWeights weights, bool reversed, Engine? engine)
    {
        QuantizedTensor h = QuantizedTensor.EmptyAffine(new Shape(x.Shape[1], weights.HiddenSize), 1, 0, x.Type), c = h;
        var steps = new QuantizedTensor[x.Shape[0]];
        for (int i = 0; i < steps.Length; i++)
        {
            int t = reversed ? steps.Length - 1 - i : i;
            (h, c) = LstmCell(x.Select(0, t).Contiguous(), h, c, weights, engine);
            steps[t] = h;
        }
        return QuantizedTensor.Stack(steps, 0);
    }
}
