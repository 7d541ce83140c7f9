using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The formulas of <see cref="LSTM"/>. Gates in the order i, o, f, c.</summary>
/// <param name="coupled">Whether f = 1 − i.</param>
internal sealed class LstmCell(bool coupled) : RecurrentCell
{
    private const int Peepholes = 7;

    public override int Gates => 4;

    public override int States => 2;

    public override void Step(in RecurrentSite site)
    {
        RecurrentBuffers buffers = site.Buffers;
        site.Multiply(0, buffers.State, buffers.HiddenGates);
        for (int row = 0; row < buffers.Batch; row++)
        {
            if (site.Runs(row)) { Step(site, row); }
        }
    }

    private void Step(in RecurrentSite site, int row)
    {
        (Engine engine, RecurrentBuffers buffers, int hidden) = (site.Call.Engine, site.Buffers, site.Buffers.Hidden);
        Span<float> gates = site.InputGates(row), cell = buffers.Row(buffers.Cell, row), state = buffers.Row(buffers.State, row), rest = buffers.Row(buffers.Rows, row);
        Span<float> input = gates[..hidden], output = gates.Slice(hidden, hidden), forget = gates.Slice(2 * hidden, hidden), fresh = gates[(3 * hidden)..];
        bool peeks = site.Call.HasInput(Peepholes);
        if (site.Settings.IsPlain && !peeks && !coupled)
        {
            engine.LstmStep(gates, buffers.HiddenGates.AsSpan(row * buffers.Width, buffers.Width), cell, state);
            return;
        }
        engine.Add(gates, buffers.HiddenGates.AsSpan(row * buffers.Width, buffers.Width), gates);
        if (peeks)
        {
            Peek(site, 0, cell, input, rest);
            Peek(site, 2, cell, forget, rest);
            site.Activate(0, input);
            site.Activate(0, forget);
        }
        else { site.Activate(0, gates[..(3 * hidden)]); }
        site.Activate(1, fresh);
        if (coupled) { engine.Subtract(buffers.Ones, input, forget); }
        engine.Multiply(forget, cell, cell);
        engine.Multiply(input, fresh, fresh);
        engine.Add(cell, fresh, cell);
        if (peeks)
        {
            Peek(site, 1, cell, output, rest);
            site.Activate(0, output);
        }
        cell.CopyTo(state);
        site.Settings.Activation(site.Direction, 2)(engine, state);
        engine.Multiply(output, state, state);
    }

    /// <summary>gate += P ∘ C.</summary>
    private static void Peek(in RecurrentSite site, int part, ReadOnlySpan<float> cell, Span<float> gate, Span<float> rest)
    {
        site.Call.Engine.Multiply(site.Call.Input<float>(Peepholes).Slice((site.Direction * 3 + part) * cell.Length, cell.Length), cell, rest);
        site.Call.Engine.Add(gate, rest, gate);
    }
}
