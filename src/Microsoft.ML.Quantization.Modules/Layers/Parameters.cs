namespace Microsoft.ML.Quantization.Modules;

/// <summary>Checks of tensors that are given as parameters.</summary>
internal static class Parameters
{
    /// <summary>float32 with a number of axes.</summary>
    public static void Require(Tensor tensor, string module, string name, int rank)
    {
        if (tensor.Type != ElementType.Float32 || tensor.Shape.Rank != rank) { throw new QuantizationException($"{module} was given {name} {tensor}; expected float32 with {rank} axes."); }
    }

    /// <summary>float32 with one axis of a length; null is left out.</summary>
    public static void RequireLength(Tensor? tensor, string module, string name, int length)
    {
        if (tensor is not null && (tensor.Type != ElementType.Float32 || tensor.Shape != new Shape(length))) { throw new QuantizationException($"{module} was given {name} {tensor}; expected float32[{length}]."); }
    }
}
