namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Hidden and cell states that callers may leave out.</summary>
internal static class RecurrentState
{
    /// <summary>A copy to work on, or zeros.</summary>
    /// <exception cref="QuantizationException">The state is not float32 of the expected shape.</exception>
    public static Tensor Copy(Tensor? state, Shape shape, string name)
    {
        if (state is null) { return new(ElementType.Float32, shape); }
        if (state.Type != ElementType.Float32 || state.Shape != shape)
        {
            throw new QuantizationException($"The {name} state is {state}; expected float32{shape}, or none for zeros.");
        }
        return Tensor.Create<float>(state.AsSpan<float>(), shape);
    }
}
