using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Panels that are packed once.</summary>
internal sealed unsafe class StoredFloatPanels : FloatPanels
{
    private readonly PinnedMemory _weights;
    private readonly long[] _offsets;
    private readonly long _bytes;

    public StoredFloatPanels(FloatConvolutionSpec spec, PackedShape shape, ConvolutionPhase phase, ImmutableArray<Panel> panels)
        : base(shape.Steps(phase).Taps, Math.Max(1, shape.Steps(phase).Depth), panels[0].Width)
    {
        int depth = shape.Steps(phase).Depth;
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

    public override long AllBytes => _bytes;

    public override byte* Weights(int panel, byte* scratch) => Weights(panel);

    public override (nint Start, nint Bytes) Stored(int panel) =>
        ((nint)Weights(panel), (nint)((panel + 1 < _offsets.Length ? _offsets[panel + 1] : _bytes) - _offsets[panel]));

    private byte* Weights(int panel) => _weights.Pointer + _offsets[panel];
}
