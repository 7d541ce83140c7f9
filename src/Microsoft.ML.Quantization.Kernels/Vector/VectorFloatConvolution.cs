using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Float convolutions of every kind but depthwise.</summary>
internal sealed unsafe class VectorFloatConvolution<TFloat, TVector> : IndirectConvolution
    where TFloat : struct, IFloatVector<TVector>
    where TVector : struct
{
    private const int TileRows = 6;

    private readonly ImmutableArray<Panel> _panels;
    private readonly FloatPanels[] _weights;
    private readonly PinnedMemory _bias;
    private readonly float _minimum;
    private readonly float _maximum;
    private readonly bool _addsResidual;

    /// <param name="spec">A checked specification.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="panels">Its panels.</param>
    /// <param name="weights">The weights where they do not come from the specification.</param>
    public VectorFloatConvolution(FloatConvolutionSpec spec, PackedShape shape, ImmutableArray<Panel> panels, FloatPanels? weights = null) : base(shape, sizeof(float), panels.Length, 0)
    {
        (_panels, _minimum, _maximum, _addsResidual) = (panels, spec.Minimum, spec.Maximum, spec.AddsResidual);
        _weights = [.. Phases.Select(phase => weights ?? new StoredFloatPanels(spec, shape, phase, panels))];
        _bias = new(panels.Length * (long)Width * sizeof(float));
        for (int i = 0; i < panels.Length && !spec.Bias.IsEmpty; i++)
        {
            spec.Bias.Span.Slice(panels[i].Column, panels[i].Columns).CopyTo(new Span<float>(Bias(i), Width));
        }
    }

    /// <summary>Columns of a tile.</summary>
    public static int Width => 2 * TFloat.Lanes;

    protected override bool AddsResidual => _addsResidual;

    protected override int ScratchBytes => _weights[0].ScratchBytes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    protected override void Multiply(int phase, in RowBlock block, int first, int end)
    {
        byte** rows = block.Rows, outputs = block.Outputs;
        nint stride = block.Stride;
        int count = block.Count;
        FloatPanels weights = _weights[phase];
        float* sums = stackalloc float[TileRows * 2 * TFloat.Lanes];
        Tile tile = new() { RowStride = stride, Taps = weights.Taps, Depth = (nint)weights.Depth * sizeof(float), Sums = sums, PanelStride = weights.PanelBytes };
        for (int index = first; index < end; index++)
        {
            tile.Weights = weights.Weights(index, block.Scratch);
            tile.Offset = (nint)_panels[index].Group * Shape.Depth * sizeof(float);
            if (count == 1 && weights.ScratchBytes == 0 && index + 4 <= end && _panels[index].Group == _panels[index + 3].Group)
            {
                tile.Rows = rows;
                FloatTiles<TFloat, TVector>.Rows1Panels4(&tile);
                for (int panel = 0; panel < 4; panel++) { Write(sums + panel * Width, 1, index + panel, outputs, block.ToResidual); }
                index += 3;
                continue;
            }
            for (int row = 0; row < count; row += TileRows)
            {
                int take = Math.Min(TileRows, count - row);
                tile.Rows = rows + row;
                if (take == 1) { FloatTiles<TFloat, TVector>.Rows1(&tile); }
                else { FloatTiles<TFloat, TVector>.Rows6(&tile); }
                Write(sums, take, index, outputs + row, block.ToResidual);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Write(float* sums, int rows, int index, byte** outputs, nint toResidual)
    {
        Panel panel = _panels[index];
        TVector minimum = TFloat.Broadcast(_minimum), maximum = TFloat.Broadcast(_maximum);
        TVector lowest = TFloat.Broadcast(float.NegativeInfinity), highest = TFloat.Broadcast(float.PositiveInfinity);
        TVector bias0 = TFloat.Load(Bias(index)), bias1 = TFloat.Load(Bias(index) + TFloat.Lanes);
        for (int row = 0; row < rows; row++)
        {
            float* to = (float*)outputs[row] + panel.Column;
            TVector value0 = TFloat.Load(sums), value1 = TFloat.Load(sums + TFloat.Lanes), last0 = bias0, last1 = bias1;
            if (_addsResidual)
            {
                float* added = (float*)((byte*)to + toResidual);
                if (panel.Columns < Width)
                {
                    PartialStore.Floats(added, sums, panel.Columns);
                    added = sums;
                }
                (last0, last1) = (TFloat.Load(added), TFloat.Load(added + TFloat.Lanes));
                (value0, value1) = (TFloat.AddAndClamp(value0, bias0, lowest, highest), TFloat.AddAndClamp(value1, bias1, lowest, highest));
            }
            value0 = TFloat.AddAndClamp(value0, last0, minimum, maximum);
            value1 = TFloat.AddAndClamp(value1, last1, minimum, maximum);
            float* target = panel.Columns == Width ? to : sums;
            TFloat.Store(value0, target);
            TFloat.Store(value1, target + TFloat.Lanes);
            if (target == sums) { PartialStore.Floats(sums, to, panel.Columns); }
            sums += Width;
        }
    }

    private float* Bias(int panel) => (float*)_bias.Pointer + panel * Width;
}
