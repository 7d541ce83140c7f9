using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// The weights of one phase as [panel, tap, k / 4, column, 4]: the four bytes of one lane are four consecutive k of one output channel.
/// k is filled up to a multiple of 4 or more with zero weights, columns to the width of the panel. An engine may want the columns in another order.
/// </summary>
internal sealed unsafe class Int8Panels
{
    private readonly PinnedMemory _weights;
    private readonly PinnedMemory _start;
    private readonly long[] _weightOffsets;
    private readonly long[] _startOffsets;

    public Int8Panels(Int8ConvolutionSpec spec, PackedShape shape, ConvolutionPhase phase, ImmutableArray<Panel> panels, ColumnOrder order, int depthStep = 4, bool signedCodes = false)
    {
        (int taps, int depth) = shape.Steps(phase);
        (Taps, Depth) = (taps, Math.Max(depthStep, (depth + depthStep - 1) / depthStep * depthStep));
        (_weightOffsets, _startOffsets) = (new long[panels.Length], new long[panels.Length]);
        long columns = 0;
        for (int i = 0; i < panels.Length; i++)
        {
            (_weightOffsets[i], _startOffsets[i]) = (columns * Taps * Depth, columns * sizeof(int));
            columns += panels[i].Width;
        }
        Bytes = columns * Taps * Depth;
        _weights = new(Bytes);
        _start = new(columns * sizeof(int));
        int zeroPoint = CodeSigns.ZeroPoint(spec.InputZeroPoint, spec.InputSigned, signedCodes);
        for (int i = 0; i < panels.Length; i++)
        {
            for (int column = 0; column < panels[i].Columns; column++)
            {
                int channel = panels[i].Column + column, slot = order(panels[i].Width, column);
                int sum = PackColumn(spec, shape, phase, Weights(i), depth, panels[i].Width, slot, channel);
                Start(i)[slot] = unchecked((spec.Bias.IsEmpty ? 0 : spec.Bias.Span[channel]) - zeroPoint * sum);
            }
        }
    }

    /// <summary>Taps as the micro-kernel counts them.</summary>
    public int Taps { get; }

    /// <summary>Bytes of one tap, a multiple of the step.</summary>
    public int Depth { get; }

    /// <summary>Bytes of all weights.</summary>
    public long Bytes { get; }

    /// <summary>The weights of one panel.</summary>
    public sbyte* Weights(int panel) => (sbyte*)_weights.Pointer + _weightOffsets[panel];

    /// <summary>Bias − zero point · Σ weights, for each column of one panel.</summary>
    public int* Start(int panel) => (int*)(_start.Pointer + _startOffsets[panel]);

    private int PackColumn(Int8ConvolutionSpec spec, PackedShape shape, ConvolutionPhase phase, sbyte* panel, int depth, int width, int slot, int channel)
    {
        ReadOnlySpan<sbyte> weights = spec.Weights.Span;
        int sum = 0;
        for (int tap = 0; tap < Taps; tap++)
        {
            for (int k = 0; k < depth; k++)
            {
                sbyte weight = weights[shape.WeightIndex(channel, tap, k, phase.Taps)];
                panel[(tap * (long)Depth + k / 4 * 4) * width + slot * 4 + k % 4] = weight;
                sum += weight;
            }
        }
        return sum;
    }
}
