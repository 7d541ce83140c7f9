namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Reads 8-bit codes and their zero points as integers.</summary>
internal static class CodeReading
{
    /// <summary>All codes of an input, without zero points.</summary>
    public static int[] Codes(StepCall call, int input)
    {
        int[] codes = new int[call.InputShape(input).Length];
        for (int i = 0; i < codes.Length; i++) { codes[i] = QuantizationFacts.Code(call, input, i); }
        return codes;
    }

    /// <summary>The zero point with an index, the only one where there is one, 0 where the input is left out.</summary>
    public static int ZeroPoint(StepCall call, int input, int index) => !call.HasInput(input) ? 0 : QuantizationFacts.Code(call, input, call.InputShape(input).Length == 1 ? 0 : index);

    /// <summary>The code of a sum: saturate(rne(sum · factor) + zero point). The product is rounded to float32 once.</summary>
    public static int Requantize(int sum, float factor, int zeroPoint, ElementType codes)
    {
        int low = codes == ElementType.Int8 ? sbyte.MinValue : 0, high = codes == ElementType.Int8 ? sbyte.MaxValue : byte.MaxValue;
        float scaled = MathF.Round(sum * factor, MidpointRounding.ToEven);
        return (int)Math.Clamp((float.IsNaN(scaled) ? low : (double)scaled) + zeroPoint, low, high);
    }
}
