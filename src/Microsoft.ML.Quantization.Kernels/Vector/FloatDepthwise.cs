using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Float convolutions in which every channel is its own group: a register of channels at a time, taps ascending.</summary>
internal sealed unsafe class FloatDepthwise<TFloat, TVector> : IndirectConvolution
    where TFloat : struct, IFloatVector<TVector>
    where TVector : struct
{
    private const int TileRows = 4;

    private readonly ImmutableArray<Panel> _panels;
    private readonly PinnedMemory _weights; // [panel, tap, lane], then [panel, lane] bias
    private readonly float _minimum;
    private readonly float _maximum;

    /// <param name="spec">A checked specification.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="panels">Its channels in blocks of <see cref="Width"/>.</param>
    public FloatDepthwise(FloatConvolutionSpec spec, PackedShape shape, ImmutableArray<Panel> panels) : base(shape, sizeof(float), panels.Length, 0)
    {
        (_panels, _minimum, _maximum) = (panels, spec.Minimum, spec.Maximum);
        int taps = shape.Window.Taps;
        _weights = new((taps + 1) * panels.Length * (long)Width * sizeof(float));
        for (int channel = 0; channel < shape.OutputChannels; channel++)
        {
            (int panel, int column) = Math.DivRem(channel, Width);
            for (int tap = 0; tap < taps; tap++) { Weights(panel)[tap * Width + column] = spec.Weights.Span[channel * taps + tap]; }
            Weights(panel)[taps * Width + column] = spec.Bias.IsEmpty ? 0f : spec.Bias.Span[channel];
        }
    }

    /// <summary>Channels of one block. One register, so that reading past the last channel stays inside the slack.</summary>
    public static int Width => TFloat.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    protected override void Multiply(int phase, in RowBlock block, int first, int end)
    {
        byte** rows = block.Rows, outputs = block.Outputs;
        nint stride = block.Stride;
        int count = block.Count;
        int taps = Shape.Window.Taps;
        float* values = stackalloc float[Width];
        TVector minimum = TFloat.Broadcast(_minimum), maximum = TFloat.Broadcast(_maximum);
        for (int index = first; index < end; index++)
        {
            Panel panel = _panels[index];
            float* weights = Weights(index);
            TVector bias = TFloat.Load(weights + taps * Width);
            for (int row = 0; row < count; row += TileRows)
            {
                FloatDepthwiseTile<TFloat, TVector>.Rows4(rows + row, stride, taps, panel.Column, weights, out TVector c0, out TVector c1, out TVector c2, out TVector c3);
                for (int i = 0; i < Math.Min(TileRows, count - row); i++)
                {
                    TVector sum = i switch { 0 => c0, 1 => c1, 2 => c2, _ => c3 };
                    float* to = (float*)outputs[row + i] + panel.Column;
                    TFloat.Store(TFloat.AddAndClamp(sum, bias, minimum, maximum), panel.Columns == Width ? to : values);
                    if (panel.Columns < Width) { PartialStore.Floats(values, to, panel.Columns); }
                }
            }
        }
    }

    private float* Weights(int panel) => (float*)_weights.Pointer + panel * (Shape.Window.Taps + 1) * Width;
}
