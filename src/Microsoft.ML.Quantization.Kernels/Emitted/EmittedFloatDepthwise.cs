using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Float convolutions in which every channel is its own group, on emitted code: taps ascending, their weights in registers.</summary>
internal sealed unsafe class EmittedFloatDepthwise : IndirectConvolution
{
    private readonly ImmutableArray<Panel> _panels;
    private readonly PinnedMemory _weights; // by panel: [tap, channel], then [channel] bias
    private readonly int _width;
    private readonly float _minimum;
    private readonly float _maximum;

    /// <param name="spec">A checked specification.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="panels">Its channels in blocks as wide as the first.</param>
    public EmittedFloatDepthwise(FloatConvolutionSpec spec, PackedShape shape, ImmutableArray<Panel> panels) : base(shape, sizeof(float), panels.Length, 0)
    {
        (_panels, _width, _minimum, _maximum) = (panels, panels[0].Width, spec.Minimum, spec.Maximum);
        int taps = shape.Window.Taps;
        _weights = new((taps + 1) * panels.Length * (long)_width * sizeof(float));
        for (int channel = 0; channel < shape.OutputChannels; channel++)
        {
            (int panel, int column) = Math.DivRem(channel, _width);
            int width = Vectors(panels[panel]) * TileShape.Lanes;
            for (int tap = 0; tap < taps; tap++) { Weights(panel)[tap * width + column] = spec.Weights.Span[channel * taps + tap]; }
            Weights(panel)[taps * width + column] = spec.Bias.IsEmpty ? 0f : spec.Bias.Span[channel];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Multiply(int phase, in RowBlock block, int first, int end)
    {
        int taps = Shape.Window.Taps;
        TileCall call = new()
        {
            TapBytes = block.Stride * sizeof(byte*), Low = _minimum, High = _maximum, Rows = block.Rows, Outputs = block.Outputs, Tiles = block.Count,
        };
        for (int index = first; index < end; index++)
        {
            Panel panel = _panels[index];
            int vectors = Vectors(panel);
            call.Advance = (nint)panel.Column * sizeof(float);
            call.Weights = (sbyte*)Weights(index);
            call.Multipliers = Weights(index) + taps * vectors * TileShape.Lanes;
            call.Columns = ulong.MaxValue >> (64 - panel.Columns);
            call.Partial = panel.Columns < vectors * TileShape.Lanes ? 1 : 0;
            ((delegate* unmanaged<TileCall*, void>)FloatDepthwiseKernels.Of(taps, vectors))(&call);
        }
    }

    /// <summary>Registers of channels that the last panel needs may be fewer: it reads no further than its channels' last register.</summary>
    private static int Vectors(Panel panel) => (panel.Columns + TileShape.Lanes - 1) / TileShape.Lanes;

    private float* Weights(int panel) => (float*)_weights.Pointer + (nint)panel * (Shape.Window.Taps + 1) * _width;
}
