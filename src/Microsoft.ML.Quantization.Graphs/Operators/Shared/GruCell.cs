using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The formulas of <see cref="GRU"/>. Gates in the order z, r, h.</summary>
/// <param name="linear">The setting <c>linear_before_reset</c>: the candidate's product comes before the reset gate, so one product serves all gates.</param>
internal sealed class GruCell(bool linear) : RecurrentCell
{
    public override int Gates => 3;

    public override int[] Groups => linear ? [3] : [2, 1];

    public override void Step(in RecurrentSite site)
    {
        (Engine engine, RecurrentBuffers buffers, int hidden) = (site.Call.Engine, site.Buffers, site.Buffers.Hidden);
        int width = (linear ? 3 : 2) * hidden;
        Span<float> hiddenGates = buffers.HiddenGates.AsSpan(0, buffers.Batch * width), candidates = buffers.HiddenGates.AsSpan(buffers.Batch * width);
        site.Multiply(0, buffers.State, hiddenGates);
        for (int row = 0; row < buffers.Batch; row++)
        {
            if (!site.Runs(row)) { continue; }
            Span<float> gates = site.InputGates(row)[..(2 * hidden)];
            engine.Add(gates, hiddenGates.Slice(row * width, 2 * hidden), gates);
            site.Activate(0, gates);
            engine.Multiply(gates[hidden..], linear ? hiddenGates.Slice(row * width + 2 * hidden, hidden) : buffers.Row(buffers.State, row), buffers.Row(buffers.Rows, row));
        }
        if (!linear) { site.Multiply(1, buffers.Rows, candidates); }
        for (int row = 0; row < buffers.Batch; row++)
        {
            if (!site.Runs(row)) { continue; }
            Span<float> gates = site.InputGates(row), update = gates[..hidden], rest = gates.Slice(hidden, hidden), fresh = gates[(2 * hidden)..], state = buffers.Row(buffers.State, row);
            engine.Add(fresh, linear ? buffers.Row(buffers.Rows, row) : candidates.Slice(row * hidden, hidden), fresh);
            site.Activate(1, fresh);
            engine.Subtract(buffers.Ones, update, rest);
            engine.Multiply(rest, fresh, fresh);
            engine.Multiply(update, state, state);
            engine.Add(fresh, state, state);
        }
    }
}
