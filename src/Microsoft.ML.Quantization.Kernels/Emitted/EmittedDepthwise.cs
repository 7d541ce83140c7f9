using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Integer convolutions in which every channel is its own group, on emitted code. They write codes.</summary>
internal sealed unsafe class EmittedDepthwise : IndirectConvolution
{
    private readonly ImmutableArray<Panel> _panels;
    private readonly PinnedMemory _weights; // [panel, quad of taps, slot, 4 taps]
    private readonly PinnedMemory _start; // [panel, slot]
    private readonly EmittedOutput _output;
    private readonly int _quads;
    private readonly nint[] _kernels; // by panel
    private readonly int[] _channels; // that these compute

    /// <param name="spec">A checked specification.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="kernel">The kernel for its window.</param>
    /// <param name="panels">Its channels in blocks of <see cref="DepthwiseShape.Channels"/>.</param>
    /// <param name="output">Its output stage.</param>
    public EmittedDepthwise(Int8ConvolutionSpec spec, PackedShape shape, DepthwiseShape kernel, ImmutableArray<Panel> panels, EmittedOutput output)
        : base(shape, 1, panels.Length, (byte)spec.InputZeroPoint)
    {
        (_panels, _output, _quads) = (panels, output, kernel.Quads);
        DepthwiseShape[] kernels = [.. panels.Select(panel => kernel.For(panel.Columns))];
        (_kernels, _channels) = ([.. kernels.Select(DepthwiseKernels.Of)], [.. kernels.Select(static shape => DepthwiseShape.ChannelsOf(shape.Length))]);
        _weights = new((long)panels.Length * _quads * DepthwiseShape.Channels * DepthwiseShape.Quad);
        _start = new((long)panels.Length * DepthwiseShape.Channels * sizeof(int));
        int taps = shape.Window.Taps, zeroPoint = CodeSigns.ZeroPoint(spec.InputZeroPoint, spec.InputSigned, signedCodes: false);
        ColumnOrder order = TileColumns.Order(output.Kind);
        for (int channel = 0; channel < shape.OutputChannels; channel++)
        {
            (int panel, int column) = Math.DivRem(channel, DepthwiseShape.Channels);
            int slot = order(DepthwiseShape.Channels, column), sum = 0;
            for (int tap = 0; tap < taps; tap++)
            {
                (int quad, int place) = kernel.Place(tap);
                sbyte weight = spec.Weights.Span[channel * taps + tap];
                Weights(panel)[(quad * DepthwiseShape.Channels + slot) * DepthwiseShape.Quad + place] = weight;
                sum += weight;
            }
            Start(panel)[slot] = unchecked((spec.Bias.IsEmpty ? 0 : spec.Bias.Span[channel]) - zeroPoint * sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Multiply(int phase, in RowBlock block, int first, int end)
    {
        TileCall call = new() { TapBytes = block.Stride * sizeof(byte*), SignBits = TileCall.AllSignBits };
        _output.Describe(ref call);
        for (int index = first; index < end; index++)
        {
            Panel panel = _panels[index];
            call.Advance = call.OutputOffset = panel.Column;
            call.Weights = Weights(index);
            call.Start = Start(index);
            call.Multipliers = _output.Multipliers(index);
            call.Columns = ulong.MaxValue >> (64 - panel.Columns);
            call.Partial = panel.Columns < _channels[index] ? 1 : 0;
            // Columns of the window pass from one pixel to the next along a row of the image only.
            int column = block.Column;
            for (int done = 0; done < block.Count;)
            {
                int run = Math.Min(block.Count - done, block.Width - column);
                call.Rows = block.Rows + done;
                call.Outputs = block.Outputs + done;
                call.Tiles = run;
                ((delegate* unmanaged<TileCall*, void>)_kernels[index])(&call);
                done += run;
                column = 0;
            }
        }
    }

    private sbyte* Weights(int panel) => (sbyte*)_weights.Pointer + (nint)panel * _quads * DepthwiseShape.Channels * DepthwiseShape.Quad;

    private int* Start(int panel) => (int*)_start.Pointer + panel * DepthwiseShape.Channels;
}
