using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>8-bit weights, packed once although the input's zero point differs from call to call.</summary>
/// <remarks>
/// The engine is bound with the middle code 128 as zero point and a float output of scale 1, in pieces so short that the float holds the accumulator
/// exactly: 1024 · 128 · 128 = 2²⁴. Then <c>Σ (x − zx) · w = Σ (x − 128) · w + (128 − zx) · Σ w</c>, in integers.
/// </remarks>
internal sealed class Int8DynamicLinear : DynamicLinear
{
    private const int Middle = 128, PieceLength = 1024;

    private readonly ImmutableArray<(int First, int Length, BoundConvolution Product, ConvolutionTables Tables)> _pieces;
    private readonly long[] _sums;
    private readonly float[] _scales;

    public Int8DynamicLinear(QuantizedTensor weight, Tensor? bias, Engine engine) : base(Checked(weight), bias)
    {
        _scales = Int8Weights.Scales(weight);
        sbyte[] codes = weight.Codes().AsSpan<sbyte>().ToArray();
        _sums = new long[OutputFeatures];
        for (int i = 0; i < codes.Length; i++) { _sums[i / InputFeatures] += codes[i]; }
        _pieces = [.. Enumerable.Range(0, (InputFeatures + PieceLength - 1) / PieceLength).Select(piece => Bind(engine, codes, piece * PieceLength))];
    }

    private protected override void Multiply(Tensor x, int rows, Span<float> y, bool reduceRange)
    {
        QuantizedTensor quantized = QuantizedTensor.QuantizePerTensorDynamic(x, ElementType.QUInt8, reduceRange);
        float inputScale = (float)quantized.QScale;
        int shift = Middle - quantized.QZeroPoint;
        var sums = new long[rows * OutputFeatures];
        foreach (var piece in _pieces) { Accumulate(piece.First, piece.Length, piece.Product, piece.Tables, quantized.AsSpan<byte>(), rows, sums); }
        for (int i = 0; i < sums.Length; i++)
        {
            int output = i % OutputFeatures;
            y[i] = (float)(sums[i] + shift * _sums[output]) * (inputScale * _scales[_scales.Length == 1 ? 0 : output]) + Bias[output];
        }
    }

    private void Accumulate(int first, int length, BoundConvolution product, ConvolutionTables tables, ReadOnlySpan<byte> codes, int rows, Span<long> sums)
    {
        var input = new byte[rows * length + Engine.ReadSlack];
        for (int row = 0; row < rows; row++) { codes.Slice(row * InputFeatures + first, length).CopyTo(input.AsSpan(row * length)); }
        var output = new float[sums.Length];
        product.Run(tables, rows, input, MemoryMarshal.AsBytes(output.AsSpan()), null);
        for (int i = 0; i < output.Length; i++) { sums[i] += (long)output[i]; }
    }

    private (int First, int Length, BoundConvolution Product, ConvolutionTables Tables) Bind(Engine engine, ReadOnlySpan<sbyte> codes, int first)
    {
        int length = Math.Min(PieceLength, InputFeatures - first);
        var piece = new sbyte[OutputFeatures * length];
        for (int output = 0; output < OutputFeatures; output++) { codes.Slice(output * InputFeatures + first, length).CopyTo(piece.AsSpan(output * length)); }
        BoundConvolution product = engine.Bind(new Int8ConvolutionSpec
        {
            Window = ConvolutionWindow.None,
            InputChannels = length,
            OutputChannels = OutputFeatures,
            Weights = piece,
            InputZeroPoint = Middle,
            Output = new FloatOutput([.. Enumerable.Repeat(1f, OutputFeatures)]),
        });
        return (first, length, product, product.Plan([], []));
    }

    private static Shape Checked(QuantizedTensor weight)
    {
        Int8Weights.Require(weight, outputAxis: 0, minimumRank: 2, maximumRank: 2);
        return weight.Shape;
    }
}
