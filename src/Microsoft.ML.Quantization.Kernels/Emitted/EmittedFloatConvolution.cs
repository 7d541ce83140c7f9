using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Float convolutions of every kind but depthwise, on emitted tiles.</summary>
internal sealed unsafe class EmittedFloatConvolution : IndirectConvolution
{
    /// <summary>Weights up to this many bytes stay in the second-level cache: what is fetched ahead is then the input of the next block.</summary>
    private const long MostKept = 512 * 1024;

    private readonly ImmutableArray<Panel> _panels;
    private readonly FloatPanels[] _weights;
    private readonly PinnedMemory _bias;
    private readonly int[] _biasAt; // by panel
    private readonly float _minimum;
    private readonly float _maximum;
    private readonly OutputKind _output;

    /// <param name="spec">A checked specification.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="panels">Its panels, see <see cref="EmittedPanels"/>.</param>
    /// <param name="weights">The weights where they do not come from the specification.</param>
    public EmittedFloatConvolution(FloatConvolutionSpec spec, PackedShape shape, ImmutableArray<Panel> panels, FloatPanels? weights = null) : base(shape, sizeof(float), panels.Length, 0)
    {
        (_panels, _minimum, _maximum, _output) = (panels, spec.Minimum, spec.Maximum, spec.AddsResidual ? OutputKind.AddedFloats : OutputKind.Floats);
        _weights = [.. Phases.Select(phase => weights ?? new StoredFloatPanels(spec, shape, phase, panels))];
        _biasAt = new int[panels.Length];
        int columns = 0;
        for (int i = 0; i < panels.Length; i++)
        {
            _biasAt[i] = columns;
            columns += panels[i].Width;
        }
        _bias = new(columns * (long)sizeof(float));
        for (int i = 0; i < panels.Length && !spec.Bias.IsEmpty; i++)
        {
            spec.Bias.Span.Slice(panels[i].Column, panels[i].Columns).CopyTo(new Span<float>(Bias(i), panels[i].Width));
        }
    }

    protected override bool AddsResidual => _output == OutputKind.AddedFloats;

    protected override int ScratchBytes => _weights[0].ScratchBytes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Multiply(int phase, in RowBlock block, int first, int end)
    {
        int count = block.Count;
        FloatPanels weights = _weights[phase];
        nint depthBytes = (nint)weights.Depth * sizeof(float), pairs = depthBytes & ~7;
        TileCall call = new()
        {
            TapBytes = block.Stride * sizeof(byte*), Pairs = -pairs, OddStep = depthBytes & 4, Taps = weights.Taps,
            Low = _minimum, High = _maximum, PanelBytes = weights.PanelBytes, ToResidual = block.ToResidual,
        };
        bool fewWeights = block.AheadBytes > 0 && weights.AllBytes <= MostKept;
        for (int index = first; index < end; index++)
        {
            Panel panel = _panels[index];
            call.Advance = (nint)panel.Group * Shape.Depth * sizeof(float) + pairs;
            call.Weights = (sbyte*)weights.Weights(index, block.Scratch);
            if (fewWeights)
            {
                call.Ahead = block.Ahead + block.AheadBytes * (index - first) / (end - first);
                call.AheadEnd = block.Ahead + block.AheadBytes * (index - first + 1) / (end - first);
            }
            else
            {
                (nint ahead, nint bytes) = weights.Stored(Math.Min(index + 1, end - 1));
                call.Ahead = (byte*)ahead;
                call.AheadEnd = index + 1 < end ? call.Ahead + bytes : call.Ahead;
            }
            call.Multipliers = Bias(index);
            call.OutputOffset = (nint)panel.Column * sizeof(float);
            call.Columns = ulong.MaxValue >> (64 - panel.Columns);
            call.Partial = panel.Columns < panel.Width ? 1 : 0;
            call.Outputs = block.Outputs;
            call.Rows = block.Rows;
            if (count == 1 && weights.ScratchBytes == 0 && FillsWideTile(index, end))
            {
                call.Tiles = 1;
                ((delegate* unmanaged<TileCall*, void>)TileKernels.WideOf(_output)[1])(&call);
                index += TileShape.WidePanels - 1;
                continue;
            }
            TileKernels tiles = TileKernels.Of(panel.Width / TileShape.Lanes, TileInput.Floats, _output);
            // Tiles as equal in height as can be: a last tile of one row would cost nearly as much as a full one.
            int needed = (count + tiles.MaxRows - 1) / tiles.MaxRows;
            (int height, int taller) = Math.DivRem(count, needed);
            if (taller > 0)
            {
                call.Tiles = taller;
                ((delegate* unmanaged<TileCall*, void>)tiles[height + 1])(&call);
            }
            call.Tiles = needed - taller;
            ((delegate* unmanaged<TileCall*, void>)tiles[height])(&call);
        }
    }

    /// <summary>Whether this panel and the next are of one group, full, and of the width of a wide tile's panels.</summary>
    private bool FillsWideTile(int index, int end)
    {
        const int PanelWidth = TileShape.WideVectors / TileShape.WidePanels * TileShape.Lanes;
        if (index + TileShape.WidePanels > end || _panels[index].Group != _panels[index + TileShape.WidePanels - 1].Group) { return false; }
        for (int i = 0; i < TileShape.WidePanels; i++)
        {
            if (_panels[index + i].Columns != PanelWidth) { return false; }
        }
        return true;
    }

    private float* Bias(int panel) => (float*)_bias.Pointer + _biasAt[panel];
}
