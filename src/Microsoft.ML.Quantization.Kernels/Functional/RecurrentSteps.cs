namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>One step of a recurrent layer on float gates, written into the states.</summary>
/// <param name="input">Gates from the input, [batch, gates · size], bias included; overwritten.</param>
/// <param name="hidden">Gates from the hidden state, [batch, gates · size], bias included; overwritten.</param>
/// <param name="h">Hidden state [batch, size], old and then new.</param>
/// <param name="c">Cell state [batch, size]; empty where there is none.</param>
/// <param name="size">Length of the hidden state.</param>
/// <param name="engine">The engine to use.</param>
internal delegate void RecurrentStep(Span<float> input, Span<float> hidden, Span<float> h, Span<float> c, int size, Engine engine);

/// <summary>The formulas of recurrent layers. Source: PyTorch ATen/native/RNN.cpp.</summary>
internal static class RecurrentSteps
{
    /// <summary><c>h' = tanh(i + h)</c>.</summary>
    public static void Tanh(Span<float> input, Span<float> hidden, Span<float> h, Span<float> c, int size, Engine engine)
    {
        engine.Add(input, hidden, h);
        engine.Tanh(h, h);
    }

    /// <summary><c>h' = max(i + h, 0)</c>.</summary>
    public static void Relu(Span<float> input, Span<float> hidden, Span<float> h, Span<float> c, int size, Engine engine)
    {
        engine.Add(input, hidden, h);
        engine.Relu(h, h);
    }

    /// <summary>Gates r, z, n: <c>r = σ(ir + hr)</c>, <c>z = σ(iz + hz)</c>, <c>n = tanh(in + r · hn)</c>, <c>h' = (h − n) · z + n</c>.</summary>
    public static void Gru(Span<float> input, Span<float> hidden, Span<float> h, Span<float> c, int size, Engine engine)
    {
        for (int row = 0; row * size < h.Length; row++)
        {
            Span<float> i = input.Slice(row * 3 * size, 3 * size), g = hidden.Slice(row * 3 * size, 3 * size), state = h.Slice(row * size, size);
            Span<float> reset = i[..size], update = i.Slice(size, size), fresh = i[(2 * size)..];
            engine.Add(i[..(2 * size)], g[..(2 * size)], i[..(2 * size)]);
            engine.Sigmoid(i[..(2 * size)], i[..(2 * size)]);
            for (int k = 0; k < size; k++) { fresh[k] += reset[k] * g[2 * size + k]; }
            engine.Tanh(fresh, fresh);
            for (int k = 0; k < size; k++) { state[k] = (state[k] - fresh[k]) * update[k] + fresh[k]; }
        }
    }

    /// <summary>Gates i, f, g, o: <c>c' = σ(f) · c + σ(i) · tanh(g)</c>, <c>h' = σ(o) · tanh(c')</c>.</summary>
    public static void Lstm(Span<float> input, Span<float> hidden, Span<float> h, Span<float> c, int size, Engine engine)
    {
        engine.Add(input, hidden, input);
        for (int row = 0; row * size < h.Length; row++)
        {
            Span<float> gates = input.Slice(row * 4 * size, 4 * size), state = h.Slice(row * size, size), cell = c.Slice(row * size, size);
            Span<float> add = gates[..size], forget = gates.Slice(size, size), fresh = gates.Slice(2 * size, size), output = gates[(3 * size)..];
            engine.Sigmoid(gates[..(2 * size)], gates[..(2 * size)]);
            engine.Tanh(fresh, fresh);
            engine.Sigmoid(output, output);
            for (int k = 0; k < size; k++) { cell[k] = forget[k] * cell[k] + add[k] * fresh[k]; }
            engine.Tanh(cell, state);
            engine.Multiply(output, state, state);
        }
    }
}
