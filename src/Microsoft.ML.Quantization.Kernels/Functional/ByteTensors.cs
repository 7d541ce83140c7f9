using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Quantized tensors of 8-bit codes with one scale, as engines read and write them.</summary>
internal static class ByteTensors
{
    /// <summary>A tensor to write to. Its codes are 0 until then.</summary>
    /// <exception cref="QuantizationException">The scale is not finite and above 0, or the zero point is not a code.</exception>
    public static QuantizedTensor Create(Shape shape, double scale, int zeroPoint, ElementType type) =>
        QuantizedTensor.Empty(shape, TensorQuantizer.PerTensor(scale, zeroPoint, type));

    /// <summary>A tensor to write to, with the parameters of another one.</summary>
    public static QuantizedTensor Like(QuantizedTensor x, Shape shape) => QuantizedTensor.Empty(shape, x.Quantizer);

    /// <summary>The codes of a dense tensor as bytes, in place.</summary>
    public static Span<byte> Write(QuantizedTensor y) => y.Type == ElementType.QInt8 ? MemoryMarshal.AsBytes(y.AsSpan<sbyte>()) : y.AsSpan<byte>();

    /// <summary>The codes of any tensor as bytes, row-major.</summary>
    /// <exception cref="QuantizationException">The codes are not 8 bits wide.</exception>
    public static ReadOnlySpan<byte> Read(QuantizedTensor x)
    {
        RequireBytes(x);
        return Write(x.Contiguous());
    }

    /// <summary>The map of 8-bit codes that are written.</summary>
    /// <exception cref="QuantizationException">The scale is not positive, the zero point is no code, or the type has not 8 bits.</exception>
    public static CodeParameters Map(double scale, int zeroPoint, ElementType type) =>
        CodeParameters.From(new QuantizationParameters((float)scale, zeroPoint, type), Rounding.Reciprocal);

    /// <summary>The map of a tensor with one scale.</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="rounding">The convention for writing codes.</param>
    /// <param name="relu">Whether codes below the zero point are not written.</param>
    /// <exception cref="QuantizationException">There is a scale for each channel, or the codes are not 8 bits wide.</exception>
    public static CodeParameters Map(QuantizedTensor x, Rounding rounding = Rounding.Reciprocal, bool relu = false)
    {
        RequireBytes(x);
        CodeParameters map = CodeParameters.From(x.Quantizer.Narrowed, rounding);
        return relu ? map with { Minimum = map.ZeroPoint } : map;
    }

    /// <exception cref="QuantizationException">The types differ.</exception>
    public static void RequireSameType(QuantizedTensor a, QuantizedTensor b)
    {
        if (a.Type != b.Type) { throw new QuantizationException($"Found tensors {a} and {b}; expected codes of one type. Requantize one of them."); }
    }

    private static void RequireBytes(QuantizedTensor x)
    {
        if (x.Type is not (ElementType.QUInt8 or ElementType.QInt8)) { throw new QuantizationException($"Found a tensor {x}; expected 8-bit codes, {ElementType.QUInt8.Name()} or {ElementType.QInt8.Name()}. Dequantize it and quantize it to one of these."); }
    }
}
