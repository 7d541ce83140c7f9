using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Rows of floats times 8-bit weights that are packed once, although the codes of the rows have another range in every call:
/// <c>y[m, n] = float32(Σ_k (q(x[m, k]) − zx) · w[n, k]) · float32(sx · sw[n]) + bias[n]</c> with q, sx and zx of a <see cref="DynamicRange"/>. The sums are
/// exact, so every engine gives the same bits. As ONNX DynamicQuantizeLinear, MatMulInteger, Cast, Mul and Add.
/// </summary>
/// <remarks>
/// The engine is bound with the middle code 128 as zero point and a float output of scale 1, in pieces so short that the float holds each sum
/// exactly; <c>Σ (q − zx) · w = Σ (q − 128) · w + (128 − zx) · Σ w</c>, in integers. Immutable and safe to share between threads; running does not allocate.
/// </remarks>
public sealed class DynamicProduct
{
    private const int Middle = 128;
    private const long LargestExact = 1 << 24;

    private readonly Engine _engine;
    private readonly ImmutableArray<Piece> _pieces;
    private readonly int[] _sums;
    private readonly float[] _exactSums; // in one piece they are small whole numbers
    private readonly float[] _scales;
    private readonly float[] _bias;
    private readonly int _widest;
    private readonly float _minimum;
    private readonly float _maximum;

    /// <summary>Packs weights.</summary>
    /// <param name="engine">The engine that runs it.</param>
    /// <param name="weights">[outputs, depth]: codes less their zero points, −255..255 (see <see cref="CenteredWeights"/>).</param>
    /// <param name="depth">Length of a row; 1 or more.</param>
    /// <param name="scales">One scale of the weights, or one for each output.</param>
    /// <param name="bias">One number for each output; empty for zeros.</param>
    /// <param name="minimum">Lower end of a fused clip (0 for ReLU).</param>
    /// <param name="maximum">Upper end of a fused clip.</param>
    /// <exception cref="QuantizationException">The lengths do not belong together, or sums of so many weights do not fit 32 bits.</exception>
    public DynamicProduct(Engine engine, ReadOnlySpan<short> weights, int depth, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias = default,
        float minimum = float.NegativeInfinity, float maximum = float.PositiveInfinity)
    {
        if (depth < 1 || weights.Length % depth != 0) { throw new QuantizationException($"Found {weights.Length} weights for rows of {depth}; expected a whole number of rows of at least one."); }
        (_engine, Depth, Outputs, _minimum, _maximum) = (engine, depth, weights.Length / depth, minimum, maximum);
        if ((scales.Length != 1 && scales.Length != Outputs) || (bias.Length != 0 && bias.Length != Outputs))
        {
            throw new QuantizationException($"Found {scales.Length} scales and {bias.Length} biases; expected one scale or {Outputs}, and {Outputs} biases or none.");
        }
        (_sums, _scales, _bias) = (new int[Outputs], new float[Outputs], new float[Outputs]);
        for (int n = 0; n < Outputs; n++)
        {
            long magnitude = 0;
            foreach (short weight in weights.Slice(n * depth, depth)) { (_sums[n], magnitude) = (_sums[n] + weight, magnitude + Math.Abs((int)weight)); }
            if (magnitude * byte.MaxValue > int.MaxValue) { throw new QuantizationException($"Output {n} can reach {magnitude * byte.MaxValue}, which does not fit the 32-bit accumulator ({depth} weights). Keep this product in float."); }
            _scales[n] = scales[scales.Length == 1 ? 0 : n];
        }
        bias.CopyTo(_bias);
        _exactSums = [.. _sums];
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        for (int first = 0; first < depth; first += pieces[^1].Length) { pieces.Add(Bind(engine, weights, depth, first, LengthOfPiece(weights, depth, first))); }
        _pieces = pieces.ToImmutable();
        _widest = _pieces.Max(piece => piece.Length * piece.Weights.Parts);
    }

    /// <summary>Length of a row.</summary>
    public int Depth { get; }

    /// <summary>Length of a row of results.</summary>
    public int Outputs { get; }

    private bool IsPlain => _pieces.Length == 1 && _pieces[0].Weights.Parts == 1;

    /// <summary>Bytes of scratch memory that <see cref="Run"/> wants for so many rows.</summary>
    /// <exception cref="OverflowException">They are more than 2³¹.</exception>
    public int ScratchBytes(int rows)
    {
        int codes = checked(rows * _widest + Engine.ReadSlack);
        return IsPlain ? checked(Rounded(codes) + rows * Unsafe.SizeOf<DynamicRange>()) : checked(Rounded(codes) + rows * Depth + rows * Outputs * sizeof(float) + sizeof(float));
    }

    /// <summary>Multiplies.</summary>
    /// <param name="x">[rows, depth].</param>
    /// <param name="rows">Rows; 0 or more.</param>
    /// <param name="range">The range to quantize x with; values outside of it saturate.</param>
    /// <param name="y">[rows, outputs].</param>
    /// <param name="scratch">As many bytes as <see cref="ScratchBytes"/> asks for.</param>
    /// <param name="workers">Threads to share the work with, or null. The result does not depend on them.</param>
    /// <exception cref="QuantizationException">The range is not finite, or a buffer is too short.</exception>
    public void Run(ReadOnlySpan<float> x, int rows, DynamicRange range, Span<float> y, Span<byte> scratch, WorkerPool? workers)
    {
        LengthCheck.NotNegative(rows);
        LengthCheck.AtLeast(x.Length, rows * Depth);
        LengthCheck.AtLeast(y.Length, rows * Outputs);
        LengthCheck.AtLeast(scratch.Length, ScratchBytes(rows));
        x = x[..(rows * Depth)];
        y = y[..(rows * Outputs)];
        CodeParameters map = range.ToParameters();
        if (IsPlain)
        {
            _engine.Quantize(x, scratch, map);
            _pieces[0].Run(rows, scratch, y, workers);
            DynamicLoops.ScaleExact(y, Outputs, Middle - map.ZeroPoint, map.Scale, _exactSums, _scales, _bias, _minimum, _maximum);
        }
        else
        {
            int at = Rounded(rows * _widest + Engine.ReadSlack);
            Span<byte> codes = scratch.Slice(at + rows * Outputs * sizeof(float), x.Length);
            Span<float> part = MemoryMarshal.Cast<byte, float>(scratch.Slice(at, rows * Outputs * sizeof(float)));
            _engine.Quantize(x, codes, map);
            for (int i = 0; i < _pieces.Length; i++)
            {
                _pieces[i].Gather(codes, rows, Depth, scratch);
                _pieces[i].Run(rows, scratch, i == 0 ? y : part, workers);
                if (i == 0) { DynamicLoops.Round(y); } else { DynamicLoops.Accumulate(part, y); }
            }
            DynamicLoops.Scale(y, Outputs, Middle - map.ZeroPoint, map.Scale, _sums, _scales, _bias, _minimum, _maximum);
        }
    }

    /// <summary>Multiplies with a range for each of <paramref name="groups"/> equal parts of the rows: as <see cref="Run"/> for each of them, in one product where it can be.</summary>
    /// <param name="x">[rows, depth].</param>
    /// <param name="rows">Rows; a multiple of <paramref name="groups"/>.</param>
    /// <param name="groups">Parts; 0 or more.</param>
    /// <param name="y">[rows, outputs].</param>
    /// <param name="scratch">As many bytes as <see cref="ScratchBytes"/> asks for.</param>
    /// <param name="workers">Threads to share the work with, or null.</param>
    /// <exception cref="QuantizationException">A range is not finite, a buffer is too short, or the rows do not make equal parts.</exception>
    public void RunEach(ReadOnlySpan<float> x, int rows, int groups, Span<float> y, Span<byte> scratch, WorkerPool? workers)
    {
        LengthCheck.NotNegative(rows);
        LengthCheck.NotNegative(groups);
        if (groups == 0 ? rows != 0 : rows % groups != 0) { throw new QuantizationException($"Found {rows} rows for {groups} ranges; expected the same number of rows for each."); }
        LengthCheck.AtLeast(x.Length, rows * Depth);
        LengthCheck.AtLeast(y.Length, rows * Outputs);
        LengthCheck.AtLeast(scratch.Length, ScratchBytes(rows));
        if (groups == 0) { return; }
        int part = rows / groups, from = part * Depth, to = part * Outputs;
        if (!IsPlain)
        {
            for (int group = 0; group < groups; group++) { Run(x.Slice(group * from, from), part, DynamicRange.Of(x.Slice(group * from, from)), y.Slice(group * to, to), scratch, workers); }
            return;
        }
        Span<DynamicRange> ranges = MemoryMarshal.Cast<byte, DynamicRange>(scratch[Rounded(rows * _widest + Engine.ReadSlack)..]);
        for (int group = 0; group < groups; group++)
        {
            ranges[group] = DynamicRange.Of(x.Slice(group * from, from)); // which leaves them in the first-level cache
            _engine.Quantize(x.Slice(group * from, from), scratch.Slice(group * from, from), ranges[group].ToParameters());
        }
        _pieces[0].Run(rows, scratch, y[..(rows * Outputs)], workers);
        for (int group = 0; group < groups; group++)
        {
            CodeParameters map = ranges[group].ToParameters();
            DynamicLoops.ScaleExact(y.Slice(group * to, to), Outputs, Middle - map.ZeroPoint, map.Scale, _exactSums, _scales, _bias, _minimum, _maximum);
        }
    }

    private static int Rounded(int bytes) => checked(bytes + sizeof(float) - 1) & -sizeof(float);

    /// <summary>The most weights from here on whose sums a float holds exactly.</summary>
    private static int LengthOfPiece(ReadOnlySpan<short> weights, int depth, int first)
    {
        int length = depth - first;
        for (int row = 0; row < weights.Length; row += depth)
        {
            long magnitude = 0;
            for (int k = 0; k < length; k++)
            {
                magnitude += Math.Abs((int)weights[row + first + k]) * Middle;
                if (magnitude > LargestExact) { length = k; }
            }
        }
        return length;
    }

    private static Piece Bind(Engine engine, ReadOnlySpan<short> weights, int depth, int first, int length)
    {
        int outputs = weights.Length / depth;
        short[] own = new short[outputs * length];
        for (int n = 0; n < outputs; n++) { weights.Slice(n * depth + first, length).CopyTo(own.AsSpan(n * length)); }
        SplitWeights split = SplitWeights.Of(own, length);
        BoundConvolution product = engine.Bind(new Int8ConvolutionSpec
        {
            Window = ConvolutionWindow.None,
            InputChannels = length * split.Parts,
            OutputChannels = outputs,
            Weights = split.Codes,
            InputZeroPoint = Middle,
            Output = new FloatOutput([.. Enumerable.Repeat(1f, outputs)]),
        });
        return new(first, length, split, product, product.Plan([], []));
    }

    private sealed record Piece(int First, int Length, SplitWeights Weights, BoundConvolution Product, ConvolutionTables Tables)
    {
        public void Run(int rows, Span<byte> codes, Span<float> y, WorkerPool? workers) => Product.Run(Tables, rows, codes, MemoryMarshal.AsBytes(y), workers);

        /// <summary>The codes of this piece, as often as its weights have parts.</summary>
        public void Gather(ReadOnlySpan<byte> codes, int rows, int depth, Span<byte> to)
        {
            for (int row = 0, at = 0; row < rows; row++)
            {
                for (int part = 0; part < Weights.Parts; part++, at += Length) { codes.Slice(row * depth + First, Length).CopyTo(to[at..]); }
            }
        }
    }
}
