using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The packed weights of one direction: one product for the input, and those of the state in the order in which the cell needs them.</summary>
internal sealed record RecurrentProducts(GateProduct Input, ImmutableArray<GateProduct> Hidden);

/// <summary>
/// The loop over directions and time that LSTM, GRU and RNN share. The input is quantized once; its products are made for many steps at once, as
/// many as stay in the second-level cache, those of the state at each step. Sequences that end early keep their state and give zeros.
/// </summary>
/// <param name="settings">The node's settings.</param>
/// <param name="cell">The formulas.</param>
/// <param name="hidden">Length of the state.</param>
/// <param name="products">Packed weights of each direction.</param>
/// <param name="paddingCounts">Whether what lies behind the end of shorter sequences takes part in the range of the input.</param>
internal sealed class RecurrentStep(RecurrentSettings settings, RecurrentCell cell, int hidden, ImmutableArray<RecurrentProducts> products, bool paddingCounts = true) : Step
{
    private const int Lengths = 4, FirstState = 5;

    /// <summary>What the gates of one block of steps may take, and the fewest rows that keep a product busy.</summary>
    private const int BlockBytes = 256 * 1024, MostBlockBytes = 4 * 1024 * 1024, FewestRows = 48;

    // Weights, biases, scales and zero points are packed.
    public override bool Reads(int index) => index == 0 || (index >= Lengths && index <= (cell.States == 2 ? FirstState + 2 : FirstState));

    public override object Prepare(StepCall call)
    {
        int batch = call.InputShape(0)[settings.BatchFirst ? 0 : 1];
        if (call.HasInput(Lengths)) { Require(call, Lengths, call.InputShape(Lengths)[0], 1, batch); }
        for (int i = FirstState; i < FirstState + cell.States; i++)
        {
            if (!call.HasInput(i)) { continue; }
            Shape shape = call.InputShape(i);
            Require(call, i, shape[settings.BatchFirst ? 0 : 1], 1, batch);
            Require(call, i, shape[settings.BatchFirst ? 1 : 0], settings.Directions, settings.Directions);
            Require(call, i, shape[2], hidden, hidden);
        }
        if (cell.States == 2 && call.HasInput(7)) { Require(call, 7, call.InputShape(7).Length, settings.Directions * 3 * hidden, settings.Directions * 3 * hidden); }
        return new RecurrentBuffers(call, settings, hidden, cell.Gates);
    }

    public override int ScratchBytes(StepCall call)
    {
        Shape x = call.InputShape(0);
        int batch = x[settings.BatchFirst ? 0 : 1];
        try
        {
            int rows = checked(BlockSteps(call) * batch);
            return checked(GateBytes(rows) + products.Max(product => Math.Max(product.Input.ScratchBytes(rows), product.Hidden.Max(hidden => hidden.ScratchBytes(batch)))));
        }
        catch (OverflowException exception)
        {
            throw new QuantizationException($"{call.Node}: a sequence {x} needs more than 2 GB of working memory; expected a shorter one. Cut the sequence, or run fewer rows at once.", exception);
        }
    }

    public override void Run(StepCall call)
    {
        var buffers = (RecurrentBuffers)call.State!;
        buffers.SetLengths(call.HasInput(Lengths) ? call.Input<int>(Lengths) : []);
        int blockSteps = BlockSteps(call), gateBytes = GateBytes(blockSteps * buffers.Batch);
        Span<float> gates = MemoryMarshal.Cast<byte, float>(call.Scratch[..gateBytes]);
        Span<byte> scratch = call.Scratch[gateBytes..];
        ReadOnlySpan<byte> x = Input(call);
        int features = call.InputShape(0)[2];
        DynamicRange range = products[0].Input.NeedsRange ? Range(call, buffers) : default;
        for (int direction = 0; direction < settings.Directions; direction++)
        {
            Load(call, buffers, direction, FirstState, buffers.State);
            if (cell.States == 2) { Load(call, buffers, direction, FirstState + 1, buffers.Cell); }
            for (int first = 0; first < buffers.Longest && buffers.Batch > 0; first += blockSteps)
            {
                int end = Math.Min(first + blockSteps, buffers.Times), firstTime = settings.Reverses(direction) && blockSteps < buffers.Times ? buffers.Times - end : first;
                int rows = (end - first) * buffers.Batch;
                products[direction].Input.Run(x[(firstTime * buffers.Batch * features * sizeof(float))..], rows, range, gates[..(rows * buffers.Width)], scratch, call.Workers);
                for (int step = first; step < Math.Min(end, buffers.Longest); step++)
                {
                    cell.Step(new(call, settings, buffers, products[direction], direction, step, firstTime, gates, scratch));
                    if (IsWanted(call, 0)) { Write(call, buffers, direction, step); }
                }
            }
            if (IsWanted(call, 0)) { ClearEnds(call, buffers, direction); }
            if (IsWanted(call, 1)) { Save(buffers, direction, buffers.State, call.Output<float>(1)); }
            if (cell.States == 2 && IsWanted(call, 2)) { Save(buffers, direction, buffers.Cell, call.Output<float>(2)); }
        }
    }

    /// <summary>Steps whose gates are made at once: all of them where the rows of a step do not lie side by side in x.</summary>
    private int BlockSteps(StepCall call)
    {
        Shape x = call.InputShape(0);
        int times = x[settings.BatchFirst ? 1 : 0], batch = Math.Max(1, x[settings.BatchFirst ? 0 : 1]);
        bool scattered = settings.BatchFirst || (call.HasInput(Lengths) && (settings.Reverses(0) || settings.Directions == 2));
        // Blocks as large as the input's weights, so that those pass through the cache seldom and leave the state's there.
        long weightBytes = (long)x[2] * hidden * cell.Gates * (products[0].Input.NeedsRange ? sizeof(sbyte) : sizeof(float));
        int rows = (int)Math.Max(FewestRows, Math.Max(BlockBytes, Math.Min(weightBytes, MostBlockBytes)) / (hidden * cell.Gates * sizeof(float)));
        return scattered ? times : Math.Clamp((rows + batch - 1) / batch, 1, Math.Max(1, times));
    }

    private int GateBytes(int rows) => checked(rows * hidden * cell.Gates * sizeof(float));

    private static void Require(StepCall call, int input, int found, int expected, int orElse)
    {
        if (found != expected && found != orElse) { throw new QuantizationException($"{call.Node}: input {input} is {call.InputShape(input)}, with {found} where {(expected == orElse ? $"{expected} is" : $"{expected} or {orElse} are")} expected."); }
    }

    // Only inputs of a plan have bytes behind them that may be read.
    private static ReadOnlySpan<byte> Input(StepCall call)
    {
        int bytes = call.InputShape(0).Length * sizeof(float);
        ReadOnlySpan<byte> x = call.InputWithSlack(0);
        if (x.Length >= bytes + Engine.ReadSlack) { return x; }
        byte[] copy = new byte[bytes + Engine.ReadSlack];
        x[..bytes].CopyTo(copy);
        return copy;
    }

    private DynamicRange Range(StepCall call, RecurrentBuffers buffers)
    {
        ReadOnlySpan<float> x = call.Input<float>(0);
        int features = call.InputShape(0)[2];
        if (buffers.Shortest == buffers.Times) { return DynamicRange.Of(x); }
        DynamicRange range = default;
        for (int row = 0; row < buffers.Batch; row++)
        {
            int end = paddingCounts ? buffers.Longest : buffers.Lengths[row];
            for (int time = 0; time < end; time++)
            {
                range = range.With(DynamicRange.Of(x.Slice((settings.BatchFirst ? row * buffers.Times + time : time * buffers.Batch + row) * features, features)));
            }
        }
        return range;
    }

    private void Load(StepCall call, RecurrentBuffers buffers, int direction, int input, float[] state)
    {
        if (!call.HasInput(input))
        {
            state.AsSpan().Clear();
            return;
        }
        ReadOnlySpan<float> given = call.Input<float>(input);
        int rows = call.InputShape(input)[settings.BatchFirst ? 0 : 1];
        for (int row = 0; row < buffers.Batch; row++) { given.Slice(StateAt(direction, rows == 1 ? 0 : row, rows), hidden).CopyTo(buffers.Row(state, row)); }
    }

    private void Save(RecurrentBuffers buffers, int direction, float[] state, Span<float> output)
    {
        for (int row = 0; row < buffers.Batch; row++) { buffers.Row(state, row).CopyTo(output[StateAt(direction, row, buffers.Batch)..]); }
    }

    private int StateAt(int direction, int row, int rows) => (settings.BatchFirst ? row * settings.Directions + direction : direction * rows + row) * hidden;

    private Span<float> Y(StepCall call, RecurrentBuffers buffers, int direction, int row, int time) => call.Output<float>(0).Slice(
        (settings.BatchFirst ? (row * buffers.Times + time) * settings.Directions + direction : (time * settings.Directions + direction) * buffers.Batch + row) * hidden, hidden);

    private void Write(StepCall call, RecurrentBuffers buffers, int direction, int step)
    {
        for (int row = 0; row < buffers.Batch; row++)
        {
            if (step < buffers.Lengths[row]) { buffers.Row(buffers.State, row).CopyTo(Y(call, buffers, direction, row, buffers.Time(settings, direction, row, step))); }
        }
    }

    private void ClearEnds(StepCall call, RecurrentBuffers buffers, int direction)
    {
        for (int row = 0; row < buffers.Batch; row++)
        {
            for (int time = buffers.Lengths[row]; time < buffers.Times; time++) { Y(call, buffers, direction, row, time).Clear(); }
        }
    }

    private static bool IsWanted(StepCall call, int output) => output < call.Outputs.Length && call.Node.Outputs[output].Length > 0;
}
