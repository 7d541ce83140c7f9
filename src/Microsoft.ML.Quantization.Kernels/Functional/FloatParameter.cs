namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Float parameters of a function, such as a bias, which may be left out.</summary>
internal static class FloatParameter
{
    /// <summary>The values, or <paramref name="count"/> times <paramref name="absent"/> when there are none.</summary>
    /// <exception cref="QuantizationException">There are not <paramref name="count"/> float32 values.</exception>
    public static ReadOnlySpan<float> Of(Tensor? values, int count, string name, float absent)
    {
        if (values is null)
        {
            var filled = new float[count];
            filled.AsSpan().Fill(absent);
            return filled;
        }
        if (values.Type != ElementType.Float32 || values.Length != count)
        {
            throw new QuantizationException($"The {name} is {values}; expected {count} float32 values.");
        }
        return values.AsSpan<float>();
    }

    /// <exception cref="QuantizationException">The tensor is not float32 or its rank is not one of the expected.</exception>
    public static void Require(Tensor x, string name, int minimumRank, int maximumRank)
    {
        if (x.Type != ElementType.Float32 || x.Shape.Rank < minimumRank || x.Shape.Rank > maximumRank)
        {
            string ranks = minimumRank == maximumRank ? $"{minimumRank}" : $"{minimumRank} to {maximumRank}";
            throw new QuantizationException($"{name} is {x}; expected float32 with {ranks} axes.");
        }
    }
}
