using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// A product with weights in codes. Few rows: the codes become floats in registers, so that memory is read once and as little of it as can be. More rows: a panel
/// becomes floats in the second-level cache, where the tiles of the float product read it.
/// </summary>
internal sealed unsafe class WeightOnlyProduct<TFloat, TVector> : BoundConvolution
    where TFloat : struct, IFloatVector<TVector>
    where TVector : struct
{
    private const int TileRows = 4, PairOfPanels = 2;

    /// <summary>Above so many rows a panel is unfolded first.</summary>
    private const int FewRows = 12;

    /// <summary>Below this many multiplications another thread costs more than it saves.</summary>
    private const long WorthSharing = 1 << 18;

    private readonly CodePanels _codes;
    private readonly PinnedMemory _bias;
    private readonly IndirectConvolution _manyRows;
    private readonly delegate*<CodeTile*, void> _row1;
    private readonly delegate*<CodeTile*, void> _rows4;
    private readonly int _outputs;
    private readonly float _minimum;
    private readonly float _maximum;

    /// <param name="spec">A checked specification.</param>
    /// <param name="manyRows">Makes the float product of the same shape on panels that are given to it.</param>
    public WeightOnlyProduct(WeightOnlySpec spec, Func<FloatPanels, IndirectConvolution> manyRows)
    {
        (_outputs, _minimum, _maximum) = (spec.Outputs, spec.Minimum, spec.Maximum);
        _codes = new(spec, Width);
        _bias = new(_codes.Count * (long)Width * sizeof(float));
        spec.Bias.Span.CopyTo(new Span<float>(_bias.Pointer, spec.Outputs));
        (nint row1, nint rows4, nint unfold) = _codes.Bits == 8
            ? _codes.HasZeroPoints ? Tiles<ByteCodes<TFloat, TVector>, Yes>() : Tiles<ByteCodes<TFloat, TVector>, No>()
            : _codes.HasZeroPoints ? Tiles<NibbleCodes<TFloat, TVector>, Yes>() : Tiles<NibbleCodes<TFloat, TVector>, No>();
        _row1 = (delegate*<CodeTile*, void>)row1;
        _rows4 = (delegate*<CodeTile*, void>)rows4;
        _manyRows = manyRows(new UnfoldedFloatPanels(_codes, (delegate*<CodeTile*, void>)unfold));
    }

    /// <summary>Columns of a panel.</summary>
    public static int Width => 2 * TFloat.Lanes;

    private int Depth => _codes.Blocks * _codes.BlockSize;

    public override ConvolutionTables Plan(ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize) => new Tables(_manyRows.Plan(inputSize, outputSize)) { Owner = this };

    public override void Run(ConvolutionTables tables, int batch, ReadOnlySpan<byte> input, ReadOnlySpan<byte> residual, Span<byte> output, WorkerPool? workers)
    {
        LengthCheck.NotNegative(batch);
        tables.RequireOwner(this);
        SpecCheck.Residual(adds: false, residual.Length, 0);
        if (batch > FewRows)
        {
            _manyRows.Run(((Tables)tables).ManyRows, batch, input, output, workers);
            return;
        }
        SpecCheck.Buffers(input.Length, output.Length, (long)batch * Depth * sizeof(float), (long)batch * _outputs * sizeof(float));
        if (batch == 0) { return; }
        int pairs = (_codes.Count + 1) / PairOfPanels;
        fixed (byte* x = input, y = output)
        {
            if (workers is { Threads: > 1 } && (long)batch * Depth * _outputs >= WorthSharing)
            {
                int chunks = Math.Min(pairs, 4 * workers.Threads);
                workers.Run(new Part(this, batch, (float*)x, (float*)y, pairs, chunks), chunks);
            }
            else
            {
                new Part(this, batch, (float*)x, (float*)y, pairs, 1).Run(0);
            }
        }
        GC.KeepAlive(this);
    }

    private static (nint, nint, nint) Tiles<TCodes, TZeroPoints>() where TCodes : struct, IWeightCodes<TVector> where TZeroPoints : struct, IFlag => (
        (nint)(delegate*<CodeTile*, void>)&CodeTiles<TFloat, TVector, TCodes, TZeroPoints>.Row1,
        (nint)(delegate*<CodeTile*, void>)&CodeTiles<TFloat, TVector, TCodes, TZeroPoints>.Rows4,
        (nint)(delegate*<CodeTile*, void>)&CodeTiles<TFloat, TVector, TCodes, TZeroPoints>.Unfold);

    /// <summary>The panels of some pairs.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(float* x, float* y, int rows, int firstPair, int endPair)
    {
        float* sums = stackalloc float[TileRows * 2 * TFloat.Lanes];
        nint depth = Depth;
        for (int pair = firstPair; pair < endPair; pair++)
        {
            for (int panel = pair * PairOfPanels; panel < Math.Min(_codes.Count, (pair + 1) * PairOfPanels); panel++)
            {
                CodeTile tile = _codes.Tile(panel);
                tile.Sums = sums;
                tile.Row0 = x;
                if (rows == 1)
                {
                    _row1(&tile);
                    Write(sums, panel, 1, y);
                    if (panel + 1 < _codes.Count) { Write(sums + Width, panel + 1, 1, y); }
                    break;
                }
                for (int row = 0; row < rows; row += TileRows)
                {
                    int count = Math.Min(TileRows, rows - row);
                    tile.Row0 = x + row * depth;
                    tile.Row1 = x + (row + Math.Min(1, count - 1)) * depth;
                    tile.Row2 = x + (row + Math.Min(2, count - 1)) * depth;
                    tile.Row3 = x + (row + count - 1) * depth;
                    _rows4(&tile);
                    Write(sums, panel, count, y + row * (nint)_outputs);
                }
            }
        }
    }

    private void Write(float* sums, int panel, int rows, float* y)
    {
        int column = panel * Width, columns = Math.Min(Width, _outputs - column);
        float* bias = (float*)_bias.Pointer + column;
        TVector minimum = TFloat.Broadcast(_minimum), maximum = TFloat.Broadcast(_maximum);
        TVector bias0 = TFloat.Load(bias), bias1 = TFloat.Load(bias + TFloat.Lanes);
        for (int row = 0; row < rows; row++)
        {
            float* to = y + row * (nint)_outputs + column, target = columns == Width ? to : sums;
            TVector value0 = TFloat.AddAndClamp(TFloat.Load(sums), bias0, minimum, maximum), value1 = TFloat.AddAndClamp(TFloat.Load(sums + TFloat.Lanes), bias1, minimum, maximum);
            TFloat.Store(value0, target);
            TFloat.Store(value1, target + TFloat.Lanes);
            if (target == sums) { PartialStore.Floats(sums, to, columns); }
            sums += Width;
        }
    }

    /// <summary>One piece of work for the pool.</summary>
    private readonly struct Part(WeightOnlyProduct<TFloat, TVector> owner, int rows, float* x, float* y, int pairs, int parts) : IChunkedWork
    {
        private readonly float* _x = x;
        private readonly float* _y = y;

        public void Run(int chunk) => owner.Multiply(_x, _y, rows, (int)((long)chunk * pairs / parts), (int)((chunk + 1L) * pairs / parts));
    }

    private sealed class Tables(ConvolutionTables manyRows) : ConvolutionTables
    {
        public ConvolutionTables ManyRows => manyRows;
    }
}
