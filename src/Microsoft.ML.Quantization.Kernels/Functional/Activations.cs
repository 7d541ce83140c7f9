namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// Element-wise activations of quantized tensors (<c>torch.ao.nn.quantized.functional</c>). x is quint8, qint8 or qint32 with one scale, of any
/// shape, and the result has its shape and type. Where no output scale is asked for, the result keeps scale and zero point of x.
/// All throw <see cref="QuantizationException"/> for per-channel and 4-bit tensors and for output parameters out of bounds.
/// </summary>
public static class Activations
{
    // PyTorch's fixed outputs of [0, 1) and [−1, 1): 2⁸ codes, or 2³² for qint32.
    private const double SigmoidScale = 1.0 / 256, TanhScale = 2.0 / 256, WideSigmoidScale = 1.0 / 4294967296.0, WideTanhScale = 2.0 / 4294967296.0;

    /// <summary><c>max(code, zero point)</c> (PyTorch <c>relu</c>).</summary>
    public static QuantizedTensor Relu(QuantizedTensor x, Engine? engine = null) => CodeFunctions.Limit(x, 0f, null, engine);

    /// <summary><see cref="Relu"/> that changes x and everything that shares its codes (PyTorch <c>relu_</c>).</summary>
    /// <exception cref="QuantizationException">x is not contiguous.</exception>
    public static QuantizedTensor ReluInPlace(QuantizedTensor x, Engine? engine = null)
    {
        _ = ByteTensors.Map(x);
        Span<byte> codes = ByteTensors.Write(x);
        (engine ?? EngineList.Default).Lookup(codes, codes, CodeFunctions.LimitTable(x, 0f, null));
        return x;
    }

    /// <summary><c>min(max(code, zero point), code of 6)</c> (PyTorch <c>relu6</c>).</summary>
    public static QuantizedTensor Relu6(QuantizedTensor x, Engine? engine = null) => CodeFunctions.Limit(x, 0f, 6f, engine);

    /// <summary>Codes limited to those of the two ends (PyTorch <c>hardtanh</c>).</summary>
    public static QuantizedTensor Hardtanh(QuantizedTensor x, float minimum = -1f, float maximum = 1f, Engine? engine = null) => Clamp(x, minimum, maximum, engine);

    /// <summary>Codes limited to those of the ends that are given (PyTorch <c>clamp</c>).</summary>
    /// <exception cref="QuantizationException">Neither end is given, or one is NaN.</exception>
    public static QuantizedTensor Clamp(QuantizedTensor x, float? minimum, float? maximum, Engine? engine = null)
    {
        if (minimum is null && maximum is null) { throw new QuantizationException("Clamp was given no end; expected a minimum, a maximum or both."); }
        if (minimum is float.NaN || maximum is float.NaN) { throw new QuantizationException($"Clamp was given {minimum}..{maximum}; expected numbers."); }
        return CodeFunctions.Limit(x, minimum, maximum, engine);
    }

    /// <summary>x where x &gt; threshold, otherwise value (PyTorch <c>threshold</c>).</summary>
    public static QuantizedTensor Threshold(QuantizedTensor x, float threshold, float value, Engine? engine = null) =>
        Keep(x, real => real > threshold ? real : value, engine);

    /// <summary>x where x &gt; 0, otherwise slope · x (PyTorch <c>leaky_relu</c>), with the parameters of x or new ones.</summary>
    public static QuantizedTensor LeakyRelu(QuantizedTensor x, float slope = 0.01f, double? scale = null, int? zeroPoint = null, Engine? engine = null) =>
        CodeFunctions.Apply(x, real => ActivationFormulas.LeakyRelu(real, slope), scale ?? PerTensor(x).QScale, zeroPoint ?? x.QZeroPoint, engine);

    /// <summary>slopeScale · x from 0 on, otherwise <c>alpha · slopeScale · (exp(inputScale · x) − 1)</c> (PyTorch <c>elu</c>).</summary>
    public static QuantizedTensor Elu(QuantizedTensor x, double scale, int zeroPoint, float alpha = 1f, float slopeScale = 1f, float inputScale = 1f, Engine? engine = null) =>
        CodeFunctions.Apply(x, real => ActivationFormulas.Elu(real, alpha, slopeScale, inputScale), scale, zeroPoint, engine);

    /// <summary>x from 0 on, otherwise <c>alpha · (exp(x / alpha) − 1)</c> (PyTorch <c>celu</c>).</summary>
    /// <exception cref="QuantizationException">alpha is 0.</exception>
    public static QuantizedTensor Celu(QuantizedTensor x, double scale, int zeroPoint, float alpha = 1f, Engine? engine = null) => alpha == 0f
        ? throw new QuantizationException("Celu was given alpha 0; expected another number, because x is divided by it.")
        : Elu(x, scale, zeroPoint, alpha, 1f, (float)(1.0 / alpha), engine);

    /// <summary><c>x · min(max(x + 3, 0), 6) / 6</c> (PyTorch <c>hardswish</c>).</summary>
    public static QuantizedTensor Hardswish(QuantizedTensor x, double scale, int zeroPoint, Engine? engine = null) =>
        CodeFunctions.Apply(x, ActivationFormulas.Hardswish, scale, zeroPoint, engine);

    /// <summary><c>min(max(x + 3, 0), 6) / 6</c> with scale 1/256 and the smallest code as zero point (PyTorch <c>hardsigmoid</c>).</summary>
    public static QuantizedTensor Hardsigmoid(QuantizedTensor x, Engine? engine = null) =>
        CodeFunctions.Apply(x, ActivationFormulas.Hardsigmoid, Wide(x) ? WideSigmoidScale : SigmoidScale, UnitZeroPoint(x), engine);

    /// <summary><c>1 / (1 + exp(−x))</c> with scale 1/256 and the smallest code as zero point (PyTorch <c>sigmoid</c>).</summary>
    public static QuantizedTensor Sigmoid(QuantizedTensor x, Engine? engine = null) => Sigmoid(x, Wide(x) ? WideSigmoidScale : SigmoidScale, UnitZeroPoint(x), engine);

    /// <summary><c>1 / (1 + exp(−x))</c> (PyTorch <c>torch.ops.quantized.sigmoid</c>).</summary>
    public static QuantizedTensor Sigmoid(QuantizedTensor x, double scale, int zeroPoint, Engine? engine = null) =>
        CodeFunctions.Apply(x, FloatMath.Sigmoid, scale, zeroPoint, engine);

    /// <summary>tanh x with scale 2/256 and the middle code as zero point: 128 for quint8, 0 otherwise (PyTorch <c>tanh</c>).</summary>
    public static QuantizedTensor Tanh(QuantizedTensor x, Engine? engine = null) =>
        CodeFunctions.Apply(x, FloatMath.Tanh, Wide(x) ? WideTanhScale : TanhScale, x.Type == ElementType.QUInt8 ? 128 : 0, engine);

    /// <summary>½ x (1 + erf(x / √2)), or its approximation by tanh (PyTorch <c>gelu</c>). The scale of x is narrowed to float32, as there.</summary>
    public static QuantizedTensor Gelu(QuantizedTensor x, bool tanhApproximation = false, Engine? engine = null) => CodeFunctions.Apply(
        x, tanhApproximation ? ActivationFormulas.GeluTanh : ActivationFormulas.Gelu, (float)PerTensor(x).QScale, x.QZeroPoint, engine);

    /// <summary>x itself: dropout drops nothing outside of training (PyTorch <c>dropout</c> in evaluation).</summary>
    public static QuantizedTensor Dropout(QuantizedTensor x) => x;

    private static QuantizedTensor Keep(QuantizedTensor x, Func<float, float> function, Engine? engine) =>
        CodeFunctions.Apply(x, function, PerTensor(x).QScale, x.QZeroPoint, engine);

    private static bool Wide(QuantizedTensor x) => x.Type == ElementType.QInt32;

    private static int UnitZeroPoint(QuantizedTensor x) => x.Type == ElementType.QInt8 ? -128 : 0;

    private static QuantizedTensor PerTensor(QuantizedTensor x)
    {
        CodeFunctions.RequirePerTensor(x);
        return x;
    }
}
