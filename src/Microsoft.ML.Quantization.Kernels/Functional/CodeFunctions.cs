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
        byte[] table = LookupTable.Build(function, ByteTensors.Map(x), ByteTensors.Map(scale, zeroPoint, x.Type));
        return Lookup(x, table, TensorQuantizer.PerTensor(scale, zeroPoint, x.Type), engine);
    }

    /// <summary>Codes limited to those of two reals, each optional; scale and zero point stay.</summary>
    public static QuantizedTensor Limit(QuantizedTensor x, float? minimum, float? maximum, Engine? engine)
    {
        RequirePerTensor(x);
        return x.Type == ElementType.QInt32 ? x.Clamp(minimum, maximum) : Lookup(x, LimitTable(x, minimum, maximum), x.Quantizer, engine);
    }

    /// <summary>The table of <see cref="Limit"/>.</summary>
    public static byte[] LimitTable(QuantizedTensor x, float? minimum, float? maximum)
    {
        CodeInterval limits = CodeInterval.Within(minimum, maximum, x.Quantizer.Narrowed, Rounding.Reciprocal);
        bool signed = x.Type == ElementType.QInt8;
        var table = new byte[256];
        for (int i = 0; i < table.Length; i++) { table[i] = (byte)limits.Apply(signed ? (sbyte)i : i); }
        return table;
    }

    /// <summary>The code of a real in the parameters of <paramref name="x"/>, saturating.</summary>
    public static int Code(QuantizedTensor x, float value) => new CodeMap((float)x.QScale, x.QZeroPoint, x.Quantizer.Range, Rounding.Reciprocal).Code(value);

    /// <exception cref="QuantizationException">The tensor is per channel, or its codes have 4 bits.</exception>
    public static void RequirePerTensor(QuantizedTensor x)
    {
        if (x.Quantizer.Axis is not null || x.Type == ElementType.QUInt4x2)
        {
            throw new QuantizationException($"Found a tensor that is {x.Quantizer}; expected one scale for the whole tensor and codes of 8 or 32 bits. Dequantize it and quantize it per tensor.");
        }
    }

    private static QuantizedTensor Lookup(QuantizedTensor x, byte[] table, TensorQuantizer output, Engine? engine)
    {
        Tensor codes = x.Codes();
        (engine ?? EngineList.Default).Lookup(codes.Bytes, codes.Bytes, table);
        return QuantizedTensor.FromCodes(codes, output);
    }
}
