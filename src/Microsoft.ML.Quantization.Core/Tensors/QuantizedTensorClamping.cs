using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization;

/// <summary>Limits in code space for tensors with one scale: the limits are quantized, then codes are compared. Scale and zero point stay.</summary>
public static class QuantizedTensorClamping
{
    /// <summary>Negative reals become 0: <c>max(code, zeroPoint)</c> (PyTorch <c>relu</c>).</summary>
    /// <exception cref="QuantizationException">The scheme is per channel.</exception>
    public static QuantizedTensor Relu(this QuantizedTensor tensor)
    {
        CodeInterval limits = CodeInterval.Within(0f, null, tensor.RequirePerTensor(nameof(Relu)).Narrowed, Rounding.Reciprocal);
        return DenseCodes.Map(tensor, limits.Apply);
    }

    /// <summary>Reals limited from below and above (PyTorch <c>clamp</c>).</summary>
    /// <param name="tensor">A tensor with one scale.</param>
    /// <param name="minimum">Smallest real; none when null.</param>
    /// <param name="maximum">Largest real; none when null. Wins when it is below the smallest.</param>
    /// <exception cref="QuantizationException">The scheme is per channel, or both limits are missing.</exception>
    public static QuantizedTensor Clamp(this QuantizedTensor tensor, double? minimum = null, double? maximum = null)
    {
        TensorQuantizer quantizer = tensor.RequirePerTensor(nameof(Clamp));
        if (minimum is null && maximum is null) { throw new QuantizationException("Clamp was given neither a smallest nor a largest value; expected at least one."); }
        return DenseCodes.Map(tensor, CodeInterval.Within((float?)minimum, (float?)maximum, quantizer.Narrowed, Rounding.Reciprocal).Apply);
    }
}
