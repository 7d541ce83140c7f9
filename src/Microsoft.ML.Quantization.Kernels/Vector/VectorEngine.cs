using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The kernels written over vector registers, for one choice of instructions.</summary>
/// <param name="name">The engine's name.</param>
internal sealed class VectorEngine<TConvolutions, TPack, TFloat, TReal>(string name) : Engine
    where TConvolutions : struct, IInt8Convolutions
    where TPack : struct, IBytePack
    where TFloat : struct, IFloatVector<TReal>
    where TReal : struct
{
    public override string Name => name;

    public override bool IsSupported => TConvolutions.IsSupported && TFloat.IsSupported;

    public override BoundConvolution Bind(Int8ConvolutionSpec spec)
    {
        SpecCheck.Require(spec);
        return MergedPhases.TryBind(spec, BindChecked) ?? BindChecked(spec);
    }

    public override BoundConvolution Bind(FloatConvolutionSpec spec)
    {
        SpecCheck.Require(spec);
        PackedShape shape = new(spec.Window, spec.Transposed, spec.Groups, spec.InputChannels, spec.OutputChannels, sizeof(float));
        if (TConvolutions.Bind(spec, shape) is { } emitted) { return emitted; }
        if (shape.IsDepthwise) { return new FloatDepthwise<TFloat, TReal>(spec, shape, shape.CutDepthwise(FloatDepthwise<TFloat, TReal>.Width)); }
        int width = VectorFloatConvolution<TFloat, TReal>.Width;
        return new VectorFloatConvolution<TFloat, TReal>(spec, shape, shape.Cut(width));
    }

    public override BoundConvolution Bind(WeightOnlySpec spec)
    {
        SpecCheck.Require(spec);
        FloatConvolutionSpec product = spec.Product();
        PackedShape shape = new(product.Window, false, 1, spec.Depth, spec.Outputs, sizeof(float));
        ImmutableArray<Panel> panels = shape.Cut(WeightOnlyProduct<TFloat, TReal>.Width);
        return new WeightOnlyProduct<TFloat, TReal>(spec, weights => TConvolutions.Bind(product, shape, weights, panels) ?? new VectorFloatConvolution<TFloat, TReal>(product, shape, panels, weights));
    }

    private BoundConvolution BindChecked(Int8ConvolutionSpec spec) => TConvolutions.Bind(spec, new(spec.Window, spec.Transposed, spec.Groups, spec.InputChannels, spec.OutputChannels, sizeof(sbyte))
    {
        Sum = spec.Residual is { } sum ? BindSum(sum.Own, sum.Other, sum.Output) : null,
    });

    public override void Quantize(ReadOnlySpan<float> x, Span<byte> codes, in CodeParameters output) => VectorCodes<TPack>.Quantize(x, codes, output);

    public override void Dequantize(ReadOnlySpan<byte> codes, Span<float> y, in CodeParameters input) => VectorCodes<TPack>.Dequantize(codes, y, input);

    public override void Add(ReadOnlySpan<byte> a, in CodeParameters aMap, ReadOnlySpan<byte> b, in CodeParameters bMap, Span<byte> y, in CodeParameters output) =>
        VectorCodes<TPack>.Combine<No>(a, aMap, b, bMap, y, output);

    public override BoundSum BindSum(in CodeParameters a, in CodeParameters b, in CodeParameters output) =>
        AffineSum.Find(a, b, output) is { } sum ? new VectorSum<TPack>(sum) : base.BindSum(a, b, output);

    public override void Multiply(ReadOnlySpan<byte> a, in CodeParameters aMap, ReadOnlySpan<byte> b, in CodeParameters bMap, Span<byte> y, in CodeParameters output) =>
        VectorCodes<TPack>.Combine<Yes>(a, aMap, b, bMap, y, output);

    public override void Lookup(ReadOnlySpan<byte> codes, Span<byte> y, ReadOnlySpan<byte> table) => VectorCodes<TPack>.Lookup(codes, y, table);

    public override void MaxPool(PoolTables tables, int batch, int channels, ReadOnlySpan<byte> x, Span<byte> y, bool signed) =>
        VectorPools.Max(tables, batch, channels, x, y, signed);

    public override void MaxPool(PoolTables tables, int batch, int channels, ReadOnlySpan<float> x, Span<float> y) =>
        VectorPools.Max(tables, batch, channels, x, y);

    public override void AveragePool(PoolTables tables, int batch, int channels, ReadOnlySpan<byte> x, in CodeParameters input, Span<byte> y, in CodeParameters output, bool countPadding) =>
        VectorAveragePools.Average(tables, batch, channels, x, input, y, output, countPadding);

    public override void AveragePool(PoolTables tables, int batch, int channels, ReadOnlySpan<float> x, Span<float> y, bool countPadding) =>
        VectorAveragePools.Average(tables, batch, channels, x, y, countPadding);

    public override void GlobalAveragePool(int batch, int pixels, int channels, ReadOnlySpan<byte> x, in CodeParameters input, Span<byte> y, in CodeParameters output) =>
        VectorGlobalPools.Average(batch, pixels, channels, x, input, y, output);

    public override void GlobalAveragePool(int batch, int pixels, int channels, ReadOnlySpan<float> x, Span<float> y) =>
        VectorGlobalPools.Average(batch, pixels, channels, x, y);

    public override void MatMul(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int k, int n, bool transposeA = false, bool transposeB = false) =>
        VectorMatMul<TFloat, TReal>.Run(a, b, c, m, k, n, transposeA, transposeB);

    public override void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => VectorFloats.Map<AddFunction, TFloat, TReal>(a, b, y);

    public override void Subtract(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => VectorFloats.Map<SubtractFunction, TFloat, TReal>(a, b, y);

    public override void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => VectorFloats.Map<MultiplyFunction, TFloat, TReal>(a, b, y);

    public override void Divide(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => VectorFloats.Map<DivideFunction, TFloat, TReal>(a, b, y);

    public override void Clip(ReadOnlySpan<float> x, Span<float> y, float minimum, float maximum) => VectorFloats.Clip(x, y, minimum, maximum);

    public override void Exp(ReadOnlySpan<float> x, Span<float> y) => VectorFloats.Map<ExpFunction, TFloat, TReal>(x, x, y);

    public override void Log(ReadOnlySpan<float> x, Span<float> y) => VectorFloats.Map<LogFunction, TFloat, TReal>(x, x, y);

    public override void Tanh(ReadOnlySpan<float> x, Span<float> y) => VectorFloats.Map<TanhFunction, TFloat, TReal>(x, x, y);

    public override void Sigmoid(ReadOnlySpan<float> x, Span<float> y) => VectorFloats.Map<SigmoidFunction, TFloat, TReal>(x, x, y);

    public override void Erf(ReadOnlySpan<float> x, Span<float> y) => VectorFloats.Map<ErfFunction, TFloat, TReal>(x, x, y);

    public override float Sum(ReadOnlySpan<float> x) => VectorFloats.Sum(x);

    public override void LstmStep(ReadOnlySpan<float> inputGates, ReadOnlySpan<float> stateGates, Span<float> cell, Span<float> state) =>
        LstmGates.Step<TFloat, TReal>(inputGates, stateGates, cell, state);

    public override void Softmax(ReadOnlySpan<float> x, Span<float> y, int rows, int columns)
    {
        FloatLoops.Require(x.Length, y.Length, rows, columns);
        for (int row = 0; row < rows; row++)
        {
            Span<float> values = y.Slice(row * columns, columns);
            FloatLoops.SubtractLargest(x.Slice(row * columns, columns), values);
            Exp(values, values);
            FloatLoops.DivideBy(values, Sum(values));
        }
    }
}
