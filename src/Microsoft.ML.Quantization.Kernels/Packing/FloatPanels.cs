using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The weights of one phase as [panel, tap, k, column], columns filled up to the width of the panel with zeros.</summary>
internal sealed unsafe class FloatPanels
{
    private readonly PinnedMemory _weights;
    private readonly long[] _offsets;
    private readonly long _bytes;

    public FloatPanels(FloatConvolutionSpec spec, PackedShape shape, ConvolutionPhase phase, ImmutableArray<Panel> panels)
    {
        (Taps, int depth) = shape.Steps(phase);
        Depth = Math.Max(1, depth);
        PanelBytes = (nint)Taps * Depth * panels[0].Width * sizeof(float);
        _offsets = new long[panels.Length];
        long columns = 0;
        for (int i = 0; i < panels.Length; i++)
        {
            _offsets[i] = columns * Taps * Depth * sizeof(float);
            columns += panels[i].Width;
        }
        _bytes = columns * Taps * Depth * sizeof(float);
        _weights = new(_bytes);
        ReadOnlySpan<float> weights = spec.Weights.Span;
        for (int i = 0; i < panels.Length; i++)
        {
            int width = panels[i].Width;
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

    /// <summary>Bytes from one panel to the next, while they are as wide as the first.</summary>
    public nint PanelBytes { get; }

    /// <summary>Bytes of all panels.</summary>
    public long AllBytes => _bytes;

    /// <summary>Bytes of one panel.</summary>
    public nint Bytes(int panel) => (nint)((panel + 1 < _offsets.Length ? _offsets[panel + 1] : _bytes) - _offsets[panel]);

    /// <summary>The weights of one panel.</summary>
    public byte* Weights(int panel) => _weights.Pointer + _offsets[panel];
}
