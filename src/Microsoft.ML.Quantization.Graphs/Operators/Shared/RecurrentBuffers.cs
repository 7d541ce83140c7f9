using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Sizes and working memory of a recurrent layer in one execution context.</summary>
internal sealed class RecurrentBuffers
{
    private const int Slack = Engine.ReadSlack / sizeof(float);

    public RecurrentBuffers(StepCall call, RecurrentSettings settings, int hidden, int gates)
    {
        Shape x = call.InputShape(0);
        (Batch, Times, Hidden, Width) = (x[settings.BatchFirst ? 0 : 1], x[settings.BatchFirst ? 1 : 0], hidden, hidden * gates);
        (Lengths, State, Cell) = (new int[Batch], new float[Batch * hidden + Slack], new float[Batch * hidden]);
        (HiddenGates, Rows, Ones) = (new float[Batch * Width], new float[Batch * hidden + Slack], new float[hidden]);
        Ones.AsSpan().Fill(1f);
    }

    public int Batch { get; }

    public int Times { get; }

    public int Hidden { get; }

    /// <summary>Gates · hidden.</summary>
    public int Width { get; }

    /// <summary>Length of the sequence of each row.</summary>
    public int[] Lengths { get; }

    public int Longest { get; private set; }

    public int Shortest { get; private set; }

    /// <summary>H, [batch, hidden] and slack.</summary>
    public float[] State { get; }

    /// <summary>C, [batch, hidden].</summary>
    public float[] Cell { get; }

    /// <summary>R · H, [batch, gates · hidden].</summary>
    public float[] HiddenGates { get; }

    /// <summary>Another [batch, hidden] and slack.</summary>
    public float[] Rows { get; }

    /// <summary>[hidden] of 1.</summary>
    public float[] Ones { get; }

    /// <summary>The part of a [batch, hidden] buffer that belongs to a row.</summary>
    public Span<float> Row(float[] buffer, int row) => buffer.AsSpan(row * Hidden, Hidden);

    /// <summary>The place in time of a row's step; steps behind its end are where they are.</summary>
    public int Time(RecurrentSettings settings, int direction, int row, int step) =>
        settings.Reverses(direction) && step < Lengths[row] ? Lengths[row] - 1 - step : step;

    /// <summary>Takes the lengths of the sequences; one serves all rows, none stands for all steps.</summary>
    public void SetLengths(ReadOnlySpan<int> lengths)
    {
        (Longest, Shortest) = (0, Times);
        for (int row = 0; row < Batch; row++)
        {
            Lengths[row] = lengths.IsEmpty ? Times : Math.Clamp(lengths[lengths.Length == 1 ? 0 : row], 0, Times);
            (Longest, Shortest) = (Math.Max(Longest, Lengths[row]), Math.Min(Shortest, Lengths[row]));
        }
    }
}
