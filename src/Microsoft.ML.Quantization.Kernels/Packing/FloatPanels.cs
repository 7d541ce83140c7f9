using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The weights of one phase as [panel, tap, k, column], columns filled up to the width of the panel with zeros.</summary>
internal sealed unsafe class FloatPanels
{
    private readonly PinnedMemory _weights;

    public FloatPanels(FloatConvolutionSpec spec, PackedShape shape, ConvolutionPhase phase, ImmutableArray<Panel> panels, int width)
    {
        (Taps, int depth) = shape.Steps(phase);
        Depth = Math.Max(1, depth);
        PanelBytes = (nint)Taps * Depth * width * sizeof(float);
        _weights = new(panels.Length * (long)PanelBytes);
        ReadOnlySpan<float> weights = spec.Weights.Span;
        for (int i = 0; i < panels.Length; i++)
        {
            for (int column = 0; column < panels[i].Columns; column++)
            {
                for (int tap = 0; tap < Taps; tap++)
                {
                    for (int k = 0; k < depth; k++)
                    {
                        ((float*)Weights(i))[(tap * (long)Depth + k) * width + column] = weights[shape.WeightIndex(panels[i].Column + column, tap, k, phase.Taps)];
                    }
                }
            }
        }
    }

    /// <summary>Taps as the micro-kernel counts them.</summary>
    public int Taps { get; }

    /// <summary>Elements of one tap.</summary>
    public int Depth { get; }

    /// <summary>Bytes from one panel to the next.</summary>
    public nint PanelBytes { get; }

    /// <summary>The weights of one panel.</summary>
    public byte* Weights(int panel) => _weights.Pointer + panel * PanelBytes;
}
