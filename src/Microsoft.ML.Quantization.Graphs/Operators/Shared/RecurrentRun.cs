namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Walks a recurrent operator over time: rows, directions, sequence lengths and layouts are the same for every cell.</summary>
internal static class RecurrentRun
{
    /// <summary>One step of a cell: gates of the input, then the row's states.</summary>
    internal delegate void Cell(int direction, float[] gates, float[][] states);

    /// <summary>Runs a cell. Products sum features ascending, fused; the input bias is the start.</summary>
    public static void Run(StepCall call, RecurrentSettings settings, int gates, int states, Cell cell)
    {
        Shape shape = call.InputShape(0);
        int batchAxis = settings.BatchFirst ? 0 : 1, batches = shape[batchAxis], times = shape[1 - batchAxis], features = shape[2];
        int hidden = call.InputShape(2)[2], width = gates * hidden;
        for (int direction = 0; direction < settings.Directions; direction++)
        {
            for (int batch = 0; batch < batches; batch++)
            {
                int length = call.HasInput(4) ? Math.Clamp(call.Input<int>(4)[batch], 0, times) : times;
                float[][] state = [.. Enumerable.Range(0, states).Select(i => Initial(call, settings, 5 + i, direction, batch, batches, hidden))];
                float[] sums = new float[width];
                for (int step = 0; step < times; step++)
                {
                    int time = settings.Reverses(direction) ? (step < length ? length - 1 - step : step) : step;
                    if (step < length)
                    {
                        Input(call, settings, direction, batch, time, batches, times, features, sums);
                        cell(direction, sums, state);
                    }
                    if (!IsWanted(call, 0)) { continue; }
                    int at = settings.BatchFirst ? ((batch * times + time) * settings.Directions + direction) * hidden : ((time * settings.Directions + direction) * batches + batch) * hidden;
                    Span<float> y = call.Output<float>(0).Slice(at, hidden);
                    if (step < length) { state[0].CopyTo(y); }
                    else { y.Clear(); }
                }
                for (int i = 0; i < states; i++)
                {
                    if (IsWanted(call, i + 1)) { state[i].CopyTo(call.Output<float>(i + 1)[StateAt(settings, direction, batch, batches, hidden)..]); }
                }
            }
        }
    }

    /// <summary>Adds R · h to sums, for the gates from <paramref name="from"/> up to <paramref name="to"/>.</summary>
    public static void AddRecurrent(StepCall call, int direction, ReadOnlySpan<float> state, Span<float> sums, int from, int to)
    {
        int hidden = call.InputShape(2)[2], rows = call.InputShape(2)[1];
        ReadOnlySpan<float> r = call.Input<float>(2).Slice(direction * rows * hidden, rows * hidden);
        for (int row = from * hidden; row < to * hidden; row++)
        {
            float sum = sums[row];
            for (int k = 0; k < hidden; k++) { sum = MathF.FusedMultiplyAdd(r[row * hidden + k], state[k], sum); }
            sums[row] = sum;
        }
    }

    /// <summary>The recurrent half of the bias of one row of gates; 0 without bias.</summary>
    public static float RecurrentBias(StepCall call, int direction, int row)
    {
        int rows = call.InputShape(2)[1];
        return call.HasInput(3) ? call.Input<float>(3)[direction * 2 * rows + rows + row] : 0f;
    }

    private static void Input(StepCall call, RecurrentSettings settings, int direction, int batch, int time, int batches, int times, int features, float[] sums)
    {
        ReadOnlySpan<float> x = call.Input<float>(0).Slice((settings.BatchFirst ? batch * times + time : time * batches + batch) * features, features);
        ReadOnlySpan<float> w = call.Input<float>(1).Slice(direction * sums.Length * features, sums.Length * features);
        for (int row = 0; row < sums.Length; row++)
        {
            float sum = call.HasInput(3) ? call.Input<float>(3)[direction * 2 * sums.Length + row] : 0f;
            for (int k = 0; k < features; k++) { sum = MathF.FusedMultiplyAdd(w[row * features + k], x[k], sum); }
            sums[row] = sum;
        }
    }

    private static float[] Initial(StepCall call, RecurrentSettings settings, int input, int direction, int batch, int batches, int hidden) =>
        call.HasInput(input) ? call.Input<float>(input).Slice(StateAt(settings, direction, batch, batches, hidden), hidden).ToArray() : new float[hidden];

    private static int StateAt(RecurrentSettings settings, int direction, int batch, int batches, int hidden) =>
        (settings.BatchFirst ? batch * settings.Directions + direction : direction * batches + batch) * hidden;

    private static bool IsWanted(StepCall call, int output) => output < call.Outputs.Length && call.Node.Outputs[output].Length > 0;
}
