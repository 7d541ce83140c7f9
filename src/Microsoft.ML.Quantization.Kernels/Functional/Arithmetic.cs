using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// Sums and products of two quantized tensors, computed in float32 and quantized: <c>code = quantize(dequantize(a) ∘ dequantize(b))</c>.
/// </summary>
/// <remarks>
/// a and b have 8-bit codes of one type with one scale each; their shapes are broadcast. All throw <see cref="QuantizationException"/> when shapes
/// or types do not fit or an output parameter is out of bounds.
/// </remarks>
public static class Arithmetic
{
    /// <summary>a + b (PyTorch <c>torch.ops.quantized.add</c>).</summary>
    public static QuantizedTensor Add(QuantizedTensor a, QuantizedTensor b, double scale, int zeroPoint, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Combine(a, b, scale, zeroPoint, multiply: false, relu: false, engine, rounding);

    /// <summary>max(a + b, 0) (PyTorch <c>torch.ops.quantized.add_relu</c>).</summary>
    public static QuantizedTensor AddRelu(QuantizedTensor a, QuantizedTensor b, double scale, int zeroPoint, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Combine(a, b, scale, zeroPoint, multiply: false, relu: true, engine, rounding);

    /// <summary>a · b (PyTorch <c>torch.ops.quantized.mul</c>).</summary>
    public static QuantizedTensor Mul(QuantizedTensor a, QuantizedTensor b, double scale, int zeroPoint, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Combine(a, b, scale, zeroPoint, multiply: true, relu: false, engine, rounding);

    /// <summary>max(a · b, 0) (PyTorch <c>torch.ops.quantized.mul_relu</c>).</summary>
    public static QuantizedTensor MulRelu(QuantizedTensor a, QuantizedTensor b, double scale, int zeroPoint, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Combine(a, b, scale, zeroPoint, multiply: true, relu: true, engine, rounding);

    private static QuantizedTensor Combine(QuantizedTensor a, QuantizedTensor b, double scale, int zeroPoint, bool multiply, bool relu, Engine? engine, Rounding rounding)
    {
        ByteTensors.RequireSameType(a, b);
        engine ??= EngineList.Default;
        (CodeParameters aMap, CodeParameters bMap) = (ByteTensors.Map(a), ByteTensors.Map(b));
        QuantizedTensor y = ByteTensors.Create(Shape.Broadcast(a.Shape, b.Shape), scale, zeroPoint, a.Type);
        CodeParameters output = ByteTensors.Map(y, rounding, relu);
        ReadOnlySpan<byte> left = Broadcast.Bytes(a, y.Shape), right = Broadcast.Bytes(b, y.Shape);
        if (multiply) { engine.Multiply(left, aMap, right, bMap, ByteTensors.Write(y), output); }
        else { engine.Add(left, aMap, right, bMap, ByteTensors.Write(y), output); }
        return y;
    }
}
