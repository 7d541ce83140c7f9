using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// One way to run the kernels of this project on a processor. Every engine returns the same bits; they differ in speed only.
/// Tensors are channels-last where a kernel knows channels. The bodies here are the reference loops; an engine overrides what it can do faster.
/// </summary>
/// <remarks>Nothing but <c>Bind</c> allocates. All members throw <see cref="QuantizationException"/> when a span is too short for the sizes.</remarks>
public abstract class Engine
{
    /// <summary>Bytes after a convolution's input that must be readable; their values do not matter.</summary>
    public const int ReadSlack = 64;

    /// <summary>The name used by <c>MLQ_ENGINE</c> and in reports.</summary>
    public abstract string Name { get; }

    /// <summary>Whether this processor can run it.</summary>
    public abstract bool IsSupported { get; }

    /// <summary>Packs an integer convolution.</summary>
    /// <exception cref="QuantizationException">The arrays do not fit the channels, or an accumulator could overflow 32 bits.</exception>
    public abstract BoundConvolution Bind(Int8ConvolutionSpec spec);

    /// <summary>Packs a float convolution.</summary>
    /// <exception cref="QuantizationException">The arrays do not fit the channels.</exception>
    public abstract BoundConvolution Bind(FloatConvolutionSpec spec);

    /// <summary>Packs a product of floats with weights that stay small integers.</summary>
    /// <exception cref="QuantizationException">The arrays do not fit the sizes.</exception>
    public abstract BoundConvolution Bind(WeightOnlySpec spec);

    /// <summary>codes[i] = <see cref="CodeParameters.Code"/>(x[i]).</summary>
    public virtual void Quantize(ReadOnlySpan<float> x, Span<byte> codes, in CodeParameters output) => CodeLoops.Quantize(x, codes, output);

    /// <summary>y[i] = <see cref="CodeParameters.Real"/>(codes[i]).</summary>
    public virtual void Dequantize(ReadOnlySpan<byte> codes, Span<float> y, in CodeParameters input) => CodeLoops.Dequantize(codes, y, input);

    /// <summary>Quantizes [outer, channels, inner] with one scale and zero point for each channel of <paramref name="parameters"/>.</summary>
    public void QuantizePerChannel(ReadOnlySpan<float> x, Span<byte> codes, int outer, int inner, QuantizationParameters parameters, Rounding rounding)
    {
        int channels = parameters.Scales.Length;
        FloatLoops.Require(x.Length, codes.Length, outer * channels, inner);
        for (int row = 0; row < outer * channels; row++)
        {
            Quantize(x.Slice(row * inner, inner), codes.Slice(row * inner, inner), CodeLoops.Channel(parameters, row % channels, rounding));
        }
    }

    /// <summary>Dequantizes [outer, channels, inner] with one scale and zero point for each channel of <paramref name="parameters"/>.</summary>
    public void DequantizePerChannel(ReadOnlySpan<byte> codes, Span<float> y, int outer, int inner, QuantizationParameters parameters)
    {
        int channels = parameters.Scales.Length;
        FloatLoops.Require(codes.Length, y.Length, outer * channels, inner);
        for (int row = 0; row < outer * channels; row++)
        {
            Dequantize(codes.Slice(row * inner, inner), y.Slice(row * inner, inner), CodeLoops.Channel(parameters, row % channels, Rounding.Divide));
        }
    }

    /// <summary>y[i] = code(real(a[i]) + real(b[i])), all in float32.</summary>
    public virtual void Add(ReadOnlySpan<byte> a, in CodeParameters aMap, ReadOnlySpan<byte> b, in CodeParameters bMap, Span<byte> y, in CodeParameters output) =>
        CodeLoops.Add(a, aMap, b, bMap, y, output);

    /// <summary>Settles the maps of <see cref="Add(ReadOnlySpan{byte}, in CodeParameters, ReadOnlySpan{byte}, in CodeParameters, Span{byte}, in CodeParameters)"/> for many runs.</summary>
    /// <param name="a">The map of the first side; codes outside its limits do not occur.</param>
    /// <param name="b">The map of the second side.</param>
    /// <param name="output">The map of the sums.</param>
    public virtual BoundSum BindSum(in CodeParameters a, in CodeParameters b, in CodeParameters output) => new PlainSum(this, a, b, output);

    /// <summary>y[i] = code(real(a[i]) · real(b[i])), all in float32.</summary>
    public virtual void Multiply(ReadOnlySpan<byte> a, in CodeParameters aMap, ReadOnlySpan<byte> b, in CodeParameters bMap, Span<byte> y, in CodeParameters output) =>
        CodeLoops.Multiply(a, aMap, b, bMap, y, output);

    /// <summary>y[i] = table[codes[i]]; see <see cref="LookupTable"/>. In place is allowed.</summary>
    public virtual void Lookup(ReadOnlySpan<byte> codes, Span<byte> y, ReadOnlySpan<byte> table) => CodeLoops.Lookup(codes, y, table);

    /// <summary>Largest code of each window; padding is ignored, a window of nothing but padding gives the smallest code of the type.</summary>
    public virtual void MaxPool(PoolTables tables, int batch, int channels, ReadOnlySpan<byte> x, Span<byte> y, bool signed) =>
        PoolLoops.Max(tables, batch, channels, x, y, signed);

    /// <summary>Largest value of each window; padding is ignored (a window of nothing else gives −∞) and NaN wins.</summary>
    public virtual void MaxPool(PoolTables tables, int batch, int channels, ReadOnlySpan<float> x, Span<float> y) =>
        PoolLoops.Max(tables, batch, channels, x, y);

    /// <summary>
    /// Mean of each window: <c>rne(clamp(float32(Σ code − count · zero point) · M)) + output zero point</c> with
    /// <c>M = float32(input scale / float32(divisor · output scale))</c>; the divisor counts the taps inside the image or, with
    /// <paramref name="countPadding"/>, those inside the padded image.
    /// </summary>
    public virtual void AveragePool(PoolTables tables, int batch, int channels, ReadOnlySpan<byte> x, in CodeParameters input, Span<byte> y, in CodeParameters output, bool countPadding) =>
        PoolLoops.Average(tables, batch, channels, x, input, y, output, countPadding);

    /// <summary>Mean of each window: taps in ascending order into one accumulator from +0, then one division.</summary>
    public virtual void AveragePool(PoolTables tables, int batch, int channels, ReadOnlySpan<float> x, Span<float> y, bool countPadding) =>
        PoolLoops.Average(tables, batch, channels, x, y, countPadding);

    /// <summary>Mean over the pixels of [batch, pixels, channels], with the formula of <see cref="AveragePool(PoolTables, int, int, ReadOnlySpan{byte}, in CodeParameters, Span{byte}, in CodeParameters, bool)"/>.</summary>
    public virtual void GlobalAveragePool(int batch, int pixels, int channels, ReadOnlySpan<byte> x, in CodeParameters input, Span<byte> y, in CodeParameters output) =>
        GlobalPoolLoops.Average(batch, pixels, channels, x, input, y, output);

    /// <summary>Mean over the pixels of [batch, pixels, channels]: pixels in ascending order into one accumulator from +0, then one division.</summary>
    public virtual void GlobalAveragePool(int batch, int pixels, int channels, ReadOnlySpan<float> x, Span<float> y) =>
        GlobalPoolLoops.Average(batch, pixels, channels, x, y);

    /// <summary>
    /// c[m, n] = a[m, k] · b[k, n], k ascending into one accumulator by fused multiply-add. With <paramref name="transposeA"/> a is stored
    /// [k, m], with <paramref name="transposeB"/> b is stored [n, k].
    /// </summary>
    public virtual void MatMul(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int k, int n, bool transposeA = false, bool transposeB = false) =>
        FloatLoops.MatMul(a, b, c, m, k, n, transposeA, transposeB);

    /// <summary>y[i] = a[i] + b[i].</summary>
    public virtual void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => FloatLoops.Add(a, b, y);

    /// <summary>y[i] = a[i] − b[i].</summary>
    public virtual void Subtract(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => FloatLoops.Subtract(a, b, y);

    /// <summary>y[i] = a[i] · b[i].</summary>
    public virtual void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => FloatLoops.Multiply(a, b, y);

    /// <summary>y[i] = a[i] / b[i].</summary>
    public virtual void Divide(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => FloatLoops.Divide(a, b, y);

    /// <summary>Limits each value; NaN stays NaN, a zero keeps its sign.</summary>
    public virtual void Clip(ReadOnlySpan<float> x, Span<float> y, float minimum, float maximum) => FloatLoops.Clip(x, y, minimum, maximum);

    /// <summary>y[i] = x[i] &lt; 0 ? 0 : x[i].</summary>
    public void Relu(ReadOnlySpan<float> x, Span<float> y) => Clip(x, y, 0f, float.PositiveInfinity);

    /// <summary>y[i] = <see cref="FloatMath.Exp"/>(x[i]).</summary>
    public virtual void Exp(ReadOnlySpan<float> x, Span<float> y) => FloatLoops.Apply(x, y, FloatMath.Exp);

    /// <summary>y[i] = <see cref="FloatMath.Log"/>(x[i]).</summary>
    public virtual void Log(ReadOnlySpan<float> x, Span<float> y) => FloatLoops.Apply(x, y, FloatMath.Log);

    /// <summary>y[i] = <see cref="FloatMath.Tanh"/>(x[i]).</summary>
    public virtual void Tanh(ReadOnlySpan<float> x, Span<float> y) => FloatLoops.Apply(x, y, FloatMath.Tanh);

    /// <summary>y[i] = <see cref="FloatMath.Sigmoid"/>(x[i]).</summary>
    public virtual void Sigmoid(ReadOnlySpan<float> x, Span<float> y) => FloatLoops.Apply(x, y, FloatMath.Sigmoid);

    /// <summary>y[i] = <see cref="FloatMath.Erf"/>(x[i]).</summary>
    public virtual void Erf(ReadOnlySpan<float> x, Span<float> y) => FloatLoops.Apply(x, y, FloatMath.Erf);

    /// <summary>Sum in the normative order: 16 strided partial sums, then a fixed tree.</summary>
    public virtual float Sum(ReadOnlySpan<float> x) => FloatLoops.Sum(x);

    /// <summary>Softmax of each row of [rows, columns]: exp(x − largest) divided by <see cref="Sum"/> of the same.</summary>
    public virtual void Softmax(ReadOnlySpan<float> x, Span<float> y, int rows, int columns) => FloatLoops.Softmax(x, y, rows, columns);

    /// <summary>
    /// One step of one row of an LSTM: with i, o, f and c the sums of <paramref name="inputGates"/> and <paramref name="stateGates"/>,
    /// <c>C = σ(f) · C + σ(i) · tanh(c)</c> and <c>H = σ(o) · tanh(C)</c>, each operation rounded by itself (ONNX LSTM).
    /// </summary>
    /// <param name="inputGates">[4 · hidden], the gates in the order i, o, f, c.</param>
    /// <param name="stateGates">[4 · hidden], what is added to them.</param>
    /// <param name="cell">C, [hidden]; read and written.</param>
    /// <param name="state">H, [hidden].</param>
    public virtual void LstmStep(ReadOnlySpan<float> inputGates, ReadOnlySpan<float> stateGates, Span<float> cell, Span<float> state) =>
        LstmGates.Step(inputGates, stateGates, cell, state);
}
