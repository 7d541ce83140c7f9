namespace Microsoft.ML.Quantization.Kernels.Tests;

/// <summary>Data that breaks kernels: the ends of the ranges often, everything else sometimes.</summary>
public static class ExtremeData
{
    public static byte[] Codes(int length, int seed)
    {
        var random = new Random(seed);
        byte[] codes = new byte[length];
        for (int i = 0; i < length; i++) { codes[i] = random.Next(4) switch { 0 => 0, 1 => 255, 2 => (byte)(127 + random.Next(2)), _ => (byte)random.Next(256) }; }
        return codes;
    }

    public static sbyte[] Weights(int length, int seed) => [.. Codes(length, seed).Select(static code => (sbyte)(code - 128))];

    public static float[] Floats(int length, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = random.Next(16) switch
            {
                0 => 0f,
                1 => -0f,
                2 => 1e-30f * (random.NextSingle() - 0.5f),
                3 => 1e15f * (random.NextSingle() - 0.5f),
                _ => random.NextSingle() * 4f - 2f,
            };
        }
        return values;
    }
}
