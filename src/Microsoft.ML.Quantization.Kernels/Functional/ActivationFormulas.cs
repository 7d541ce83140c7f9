namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>The float functions behind <see cref="Activations"/> and the operators of graphs, in the order of operations of PyTorch's quantized kernels.</summary>
public static class ActivationFormulas
{
    /// <summary>slope · x below 0, otherwise x.</summary>
    public static float LeakyRelu(float x, float slope) => x < 0f ? x * slope : x;

    /// <summary>scale · x from 0 on, otherwise alpha · scale · (exp(inputScale · x) − 1).</summary>
    public static float Elu(float x, float alpha, float scale, float inputScale) => x >= 0f ? x * scale : (FloatMath.Exp(x * inputScale) - 1f) * (alpha * scale);

    /// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
    public static float Hardswish(float x) => x * Requantization.Clamp(x + 3f, 0f, 6f) / 6f;

    /// <summary>min(max(x + 3, 0), 6) / 6.</summary>
    public static float Hardsigmoid(float x) => Requantization.Clamp(x + 3f, 0f, 6f) / 6f;

    /// <summary>½ x (1 + erf(x / √2)).</summary>
    public static float Gelu(float x) => 0.5f * x * (1f + FloatMath.Erf(x * 0.70710678f));

    /// <summary>½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    public static float GeluTanh(float x) => 0.5f * x * (1f + FloatMath.Tanh(0.79788456f * (x + 0.044715f * (x * x * x))));
}
