namespace Microsoft.ML.Quantization.Numerics;

/// <summary>Weights in half precision, as float16 dynamic quantization stores them.</summary>
public static class HalfPrecision
{
    /// <summary>The largest finite half, 65504.</summary>
    public const float Largest = 65504f;

    /// <summary>The value clamped to ±65504, so that no finite weight becomes infinite. NaN stays NaN.</summary>
    /// <remarks>Source: PyTorch <c>fbgemm_pack_gemm_matrix_fp16</c>, <c>saturate_weight_to_fp16</c>.</remarks>
    public static float Saturate(float value) => MathF.Max(MathF.Min(value, Largest), -Largest);

    /// <summary>The saturated value as a half, rounded to nearest with ties to even.</summary>
    public static Half ToHalf(float value) => (Half)Saturate(value);
}
