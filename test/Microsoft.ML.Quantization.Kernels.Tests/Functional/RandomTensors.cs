namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary>Tensors of arbitrary codes, the same in every run; the ends of the range come often.</summary>
internal static class RandomTensors
{
    public static QuantizedTensor Of(Random random, ElementType type, double scale, int zeroPoint, params int[] sizes) =>
        QuantizedTensor.FromCodes(Codes(random, type, sizes), TensorQuantizer.PerTensor(scale, zeroPoint, type));

    public static Tensor Codes(Random random, ElementType type, params int[] sizes)
    {
        var codes = new Tensor(type.Storage(), new(sizes));
        foreach (ref byte code in codes.Bytes)
        {
            int end = type == ElementType.QInt8 ? 128 : 0;
            code = (byte)(random.Next(6) switch { 0 => end, 1 => end + 255, _ => random.Next(256) });
        }
        return codes;
    }

    public static Tensor Floats(Random random, double largest, params int[] sizes)
    {
        var values = new Tensor(ElementType.Float32, new(sizes));
        foreach (ref float value in values.AsSpan<float>()) { value = (float)((random.NextDouble() * 2 - 1) * largest); }
        return values;
    }
}
