using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization;

/// <summary>Tensors in half precision, which float16 dynamic quantization stores weights in.</summary>
public static class HalfTensors
{
    /// <summary>Float32 as float16, ties to even; values beyond ±65504 become infinite (PyTorch <c>to(torch.float16)</c>).</summary>
    /// <exception cref="QuantizationException">The tensor is not float32.</exception>
    public static Tensor ToFloat16(this Tensor values) => Convert(values, static value => (Half)value);

    /// <summary>Float32 as float16, ties to even, limited to ±65504 (PyTorch <c>_saturate_weight_to_fp16</c>, then <c>to(torch.float16)</c>).</summary>
    /// <exception cref="QuantizationException">The tensor is not float32.</exception>
    public static Tensor SaturateToFloat16(this Tensor values) => Convert(values, HalfPrecision.ToHalf);

    /// <summary>Float16 as float32, exactly (PyTorch <c>to(torch.float32)</c>).</summary>
    /// <exception cref="QuantizationException">The tensor is not float16.</exception>
    public static Tensor ToFloat32(this Tensor halves) => Tensor.Create<float>(Array.ConvertAll(halves.AsSpan<Half>().ToArray(), half => (float)half), halves.Shape);

    /// <summary>The reals of a quantized tensor as float16.</summary>
    /// <exception cref="QuantizationException">The channels do not fit the axis.</exception>
    public static Tensor ToFloat16(this QuantizedTensor tensor) => tensor.Dequantize().ToFloat16();

    private static Tensor Convert(Tensor values, Converter<float, Half> half) => Tensor.Create<Half>(Array.ConvertAll(values.AsSpan<float>().ToArray(), half), values.Shape);
}
