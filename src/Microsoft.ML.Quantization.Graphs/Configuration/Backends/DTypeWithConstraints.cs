namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// An element type and what a backend demands of the observer behind it (PyTorch's <c>DTypeWithConstraints</c>). A bound that is null demands
/// nothing. A plain <see cref="ElementType"/> converts to one without demands.
/// </summary>
/// <param name="Type">The element type.</param>
public sealed record DTypeWithConstraints(ElementType Type)
{
    /// <summary>The smallest code the backend can hold; counts together with <see cref="QuantMaxUpperBound"/>.</summary>
    public int? QuantMinLowerBound { get; init; }

    /// <summary>The largest code the backend can hold; counts together with <see cref="QuantMinLowerBound"/>.</summary>
    public int? QuantMaxUpperBound { get; init; }

    /// <summary>The smallest scale the backend can compute with: the observer's eps must reach it.</summary>
    public float? ScaleMinLowerBound { get; init; }

    /// <summary>The largest scale. As in PyTorch it is carried and not checked, because no observer states a largest scale.</summary>
    public float? ScaleMaxUpperBound { get; init; }

    /// <summary>The only scale the backend has; counts together with <see cref="ZeroPointExactMatch"/>.</summary>
    public float? ScaleExactMatch { get; init; }

    /// <summary>The only zero point the backend has; counts together with <see cref="ScaleExactMatch"/>.</summary>
    public int? ZeroPointExactMatch { get; init; }

    /// <summary>Whether it demands nothing but the type.</summary>
    public bool IsPlain => this == new DTypeWithConstraints(Type);

    /// <summary>A type without demands.</summary>
    public static implicit operator DTypeWithConstraints(ElementType type) => new(type);

    /// <summary>A type without demands.</summary>
    public static DTypeWithConstraints FromElementType(ElementType type) => new(type);
}
