using Microsoft.ML.Quantization.Sampling;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Numbers for parameters nobody gave yet: uniform in ±1/√inputs, as PyTorch starts linear layers and convolutions. The seed settles them on every platform.</summary>
internal static class Initializer
{
    /// <param name="shape">Axis sizes.</param>
    /// <param name="inputs">Values that each output sums over.</param>
    /// <param name="seed">Mixed with the shape, so that layers of one seed differ.</param>
    public static Tensor Uniform(Shape shape, int inputs, ulong seed)
    {
        var random = new SplitMix64(seed);
        foreach (int size in shape.Sizes) { random = new(random.Next() ^ (ulong)size); }
        float bound = 1f / MathF.Sqrt(Math.Max(inputs, 1));
        var tensor = new Tensor(ElementType.Float32, shape);
        foreach (ref float value in tensor.AsSpan<float>()) { value = bound * (2f * (random.Next() >> 40) / (1 << 24) - 1f); }
        return tensor;
    }

    /// <summary>One number everywhere.</summary>
    public static Tensor Constant(float value, params ReadOnlySpan<int> sizes)
    {
        var tensor = new Tensor(ElementType.Float32, new Shape(sizes));
        tensor.AsSpan<float>().Fill(value);
        return tensor;
    }
}
