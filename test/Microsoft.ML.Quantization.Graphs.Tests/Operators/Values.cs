namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>Tensors for tests; the random ones depend on the seed only.</summary>
internal static class Values
{
    /// <summary>Reals between −2 and 2.</summary>
    public static Tensor Floats(int seed, params int[] shape)
    {
        var random = new Random(seed);
        var tensor = new Tensor(ElementType.Float32, new Shape(shape));
        foreach (ref float value in tensor.AsSpan<float>()) { value = (float)(random.NextDouble() * 4 - 2); }
        return tensor;
    }

    /// <summary>Reals between 0.1 and 2.1.</summary>
    public static Tensor Positive(int seed, params int[] shape)
    {
        Tensor tensor = Floats(seed, shape);
        foreach (ref float value in tensor.AsSpan<float>()) { value = Math.Abs(value) + 0.1f; }
        return tensor;
    }

    /// <summary>Codes of any value.</summary>
    public static Tensor Codes(int seed, ElementType type, params int[] shape)
    {
        var tensor = new Tensor(type, new Shape(shape));
        new Random(seed).NextBytes(tensor.Bytes);
        return tensor;
    }

    /// <summary>The given reals.</summary>
    public static Tensor Of(int[] shape, params float[] values) => Tensor.Create<float>(values, new Shape(shape));

    /// <summary>int64 numbers in one axis.</summary>
    public static Tensor Longs(params long[] values) => Tensor.Create(values);

    /// <summary>A number without axes.</summary>
    public static Tensor Scalar(float value) => Tensor.Scalar(value);

    /// <summary>The largest difference of two float tensors.</summary>
    public static float Distance(Tensor left, ReadOnlySpan<float> right)
    {
        float most = 0;
        for (int i = 0; i < right.Length; i++) { most = Math.Max(most, Math.Abs(left.AsSpan<float>()[i] - right[i])); }
        return most;
    }
}
