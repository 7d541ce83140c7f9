namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// Weights [outputs, inputs] and a float bias, packed for products with float inputs whose quantization is chosen at each call
/// (PyTorch's <c>LinearPackedParamsBase</c> under <c>quantized::linear_dynamic</c>). Immutable and safe to share between threads.
/// </summary>
public abstract class DynamicLinear
{
    private protected DynamicLinear(Shape weight, Tensor? bias)
    {
        (OutputFeatures, InputFeatures) = (weight[0], weight[1]);
        Bias = FloatParameter.Of(bias, OutputFeatures, "bias", 0f).ToArray();
    }

    /// <summary>Length of the last axis of the input.</summary>
    public int InputFeatures { get; }

    /// <summary>Length of the last axis of the output.</summary>
    public int OutputFeatures { get; }

    private protected float[] Bias { get; }

    /// <summary>
    /// Packs 8-bit weights. A product is <c>y = float32(acc) · float32(sx · sw[c]) + bias[c]</c> with <c>acc = Σ (x − zx) · w</c>, where sx and zx come from the range
    /// of the whole input (<see cref="Numerics.DynamicParameters"/>).
    /// </summary>
    /// <param name="weight">qint8 [outputs, inputs] with zero point 0, one scale or one for each output.</param>
    /// <param name="bias">float32 [outputs], or null.</param>
    /// <param name="engine">The engine to use; the default one when left out.</param>
    /// <exception cref="QuantizationException">The weight has another type, shape, axis or zero point, or the bias another length.</exception>
    public static DynamicLinear Pack(QuantizedTensor weight, Tensor? bias = null, Engine? engine = null) => new Int8DynamicLinear(weight, bias, engine ?? EngineList.Default);

    /// <summary>Packs weights rounded to half precision, which are multiplied with the float input itself (PyTorch <c>quantized::linear_dynamic_fp16</c>).</summary>
    /// <param name="weight">float32 [outputs, inputs]; values beyond ±65504 saturate.</param>
    /// <param name="bias">float32 [outputs], or null.</param>
    /// <param name="engine">The engine to use; the default one when left out.</param>
    /// <exception cref="QuantizationException">The weight has another type or shape, or the bias another length.</exception>
    public static DynamicLinear PackFloat16(Tensor weight, Tensor? bias = null, Engine? engine = null) => new HalfDynamicLinear(weight, bias, engine ?? EngineList.Default);

    /// <summary>The product with an input.</summary>
    /// <param name="x">float32 […, inputs], finite.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <param name="reduceRange">Quantize the input to 7 bits, as PyTorch's x86 engines do; without effect on half-precision weights.</param>
    /// <returns>float32 […, outputs].</returns>
    /// <exception cref="QuantizationException">The last axis has another length, or a value is not finite.</exception>
    public Tensor Run(Tensor x, bool relu = false, bool reduceRange = false)
    {
        if (x.Type != ElementType.Float32 || x.Shape.Rank == 0 || x.Shape.Sizes[^1] != InputFeatures)
        {
            throw new QuantizationException($"The input is {x}; expected float32 with a last axis of {InputFeatures}, the columns of the weight.");
        }
        int[] sizes = [.. x.Shape.Sizes];
        sizes[^1] = OutputFeatures;
        var y = new Tensor(ElementType.Float32, new Shape(sizes));
        int rows = y.Length / Math.Max(OutputFeatures, 1);
        if (x.Length == 0) { AddBias(y.AsSpan<float>()); }
        else { Multiply(x, rows, y.AsSpan<float>(), reduceRange); }
        if (relu) { FloatLoops.Clip(y.AsSpan<float>(), y.AsSpan<float>(), 0f, float.PositiveInfinity); }
        return y;
    }

    private protected abstract void Multiply(Tensor x, int rows, Span<float> y, bool reduceRange);

    private protected void AddBias(Span<float> y)
    {
        for (int i = 0; i < y.Length; i++) { y[i] += Bias[i % OutputFeatures]; }
    }
}
