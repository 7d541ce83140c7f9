namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// One combination of element types in which a backend can run a pattern (PyTorch's <c>DTypeConfig</c>). A type that is null is not part of
/// the pattern; where an operator has it all the same, it counts as float32.
/// </summary>
public sealed record DTypeConfig
{
    /// <summary>Activations read.</summary>
    public DTypeWithConstraints? Input { get; init; }

    /// <summary>Activations written.</summary>
    public DTypeWithConstraints? Output { get; init; }

    /// <summary>Weights.</summary>
    public DTypeWithConstraints? Weight { get; init; }

    /// <summary>Bias.</summary>
    public ElementType? Bias { get; init; }

    /// <summary>Whether the ranges of the activations are found in each run.</summary>
    public bool IsDynamic { get; init; }
}
