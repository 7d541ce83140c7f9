namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The formula of <see cref="RNN"/>.</summary>
internal sealed class RnnCell : RecurrentCell
{
    public override int Gates => 1;

    public override void Step(in RecurrentSite site)
    {
        RecurrentBuffers buffers = site.Buffers;
        site.Multiply(0, buffers.State, buffers.HiddenGates);
        for (int row = 0; row < buffers.Batch; row++)
        {
            if (!site.Runs(row)) { continue; }
            Span<float> state = buffers.Row(buffers.State, row);
            site.Call.Engine.Add(site.InputGates(row), buffers.Row(buffers.HiddenGates, row), state);
            site.Activate(0, state);
        }
    }
}
