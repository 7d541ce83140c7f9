using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// Functions of one element at a time, for quantized tensors with one scale. Eight bits go through a <see cref="LookupTable"/>, qint32 through the
/// reals; both with PyTorch's rounding.
/// </summary>
internal static class CodeFunctions
{
    /// <summary><c>code = quantize(function(dequantize(code)), scale, zeroPoint)</c> in the element type of <paramref name="x"/>.</summary>
    public static QuantizedTensor Apply(QuantizedTensor x, Func<float, float> function, double scale, int zeroPoint, Engine? engine)
    {
        RequirePerTensor(x);
        if (x.Type == ElementType.QInt32)
        {
            Tensor values = x.Dequantize();
            foreach (ref float value in values.AsSpan<float>()) { value = function(value); }
            return QuantizedTensor.QuantizePerTensor(values, scale, zeroPoint, x.Type);
        }
        byte[] table = LookupTable.Build(function, Map(x), Map(scale, zeroPoint, x.Type));
        return Lookup(x, table, TensorQuantizer.PerTensor(scale, zeroPoint, x.Type), engine);
    }

    /// <summary>Codes limited to low..high (low first, so that high wins when they cross); scale and zero point stay.</summary>
    public static QuantizedTensor Limit(QuantizedTensor x, int low, int high, Engine? engine)
    {
        RequirePerTensor(x);
        if (x.Type != ElementType.QInt32) { return Lookup(x, LimitTable(x, low, high), x.Quantizer, engine); }
        Tensor codes = x.Codes();
        foreach (ref int code in codes.AsSpan<int>()) { code = Math.Min(Math.Max(code, low), high); }
        return QuantizedTensor.FromCodes(codes, x.Quantizer);
    }

    /// <summary>The table of <see cref="Limit"/>.</summary>
    public static byte[] LimitTable(QuantizedTensor x, int low, int high)
    {
        bool signed = x.Type == ElementType.QInt8;
        var table = new byte[256];
        for (int i = 0; i < table.Length; i++) { table[i] = (byte)Math.Min(Math.Max(signed ? (sbyte)i : i, low), high); }
        return table;
    }

    /// <summary>The code of a real in the parameters of <paramref name="x"/>, saturating.</summary>
    public static int Code(QuantizedTensor x, float value) => new CodeMap((float)x.QScale, x.QZeroPoint, x.Quantizer.Range, Rounding.Reciprocal).Code(value);

    /// <summary>The map of a tensor of 8-bit codes with one scale.</summary>
    /// <exception cref="QuantizationException">The tensor is per channel or not of an 8-bit type.</exception>
    public static CodeParameters Map(QuantizedTensor x) => CodeParameters.From(x.Quantizer.Narrowed, Rounding.Reciprocal);

    /// <summary>The map of 8-bit codes that are written.</summary>
    /// <exception cref="QuantizationException">The scale is not positive, the zero point is no code, or the type has not 8 bits.</exception>
    public static CodeParameters Map(double scale, int zeroPoint, ElementType type) =>
        CodeParameters.From(new QuantizationParameters((float)scale, zeroPoint, type), Rounding.Reciprocal);

    /// <exception cref="QuantizationException">The tensor is per channel, or its codes have 4 bits.</exception>
    public static void RequirePerTensor(QuantizedTensor x)
    {
        if (x.Quantizer.Axis is not null || x.Type == ElementType.QUInt4x2)
        {
            throw new QuantizationException($"Found a tensor that is {x.Quantizer}; expected one scale for the whole tensor and codes of 8 or 32 bits. Dequantize it and quantize it per tensor.");
        }
    }

    /// <exception cref="QuantizationException">The tensor is per channel, or its codes are not 8 bits wide.</exception>
    public static void RequireByte(QuantizedTensor x)
    {
        if (x.Quantizer.Axis is not null || x.Type is not (ElementType.QUInt8 or ElementType.QInt8))
        {
            throw new QuantizationException($"Found a tensor that is {x.Quantizer}; expected one scale for the whole tensor and 8-bit codes. Dequantize it and quantize it per tensor.");
        }
    }

    private static QuantizedTensor Lookup(QuantizedTensor x, byte[] table, TensorQuantizer output, Engine? engine)
    {
        Tensor codes = x.Codes();
        (engine ?? EngineList.Default).Lookup(codes.Bytes, codes.Bytes, table);
        return QuantizedTensor.FromCodes(codes, output);
    }
}
