using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>How a backend runs one pattern (PyTorch's <c>BackendPatternConfig</c>): data, changed by <c>with</c>.</summary>
/// <param name="Pattern">The pattern.</param>
public sealed record BackendPatternConfig(BackendPattern Pattern)
{
    /// <summary>How the output is observed; <see cref="ObservationType.NotObserved"/> leaves inputs and outputs alone.</summary>
    public ObservationType Observation { get; init; } = ObservationType.OutputUsesDifferentObserverAsInput;

    /// <summary>The combinations of types the backend has, best first. Without any the pattern stays float.</summary>
    public ImmutableArray<DTypeConfig> DTypes { get; init; } = [];

    /// <summary>The module that owns the weights, e.g. <c>nn.Conv2d</c> of <c>nn.intrinsic.ConvReLU2d</c>.</summary>
    public string? RootModule { get; init; }

    /// <summary>The module that takes its place in training.</summary>
    public string? QatModule { get; init; }

    /// <summary>The module that takes the root module's place in a reference model: float computation, quantized weights.</summary>
    public string? ReferenceQuantizedModule { get; init; }

    /// <summary>The module that takes the place of the whole pattern when it is fused.</summary>
    public string? FusedModule { get; init; }

    /// <summary>The rule that fuses it, as in <see cref="FusionList"/>.</summary>
    public string? FuserMethod { get; init; }

    /// <summary>For functions: the position of <c>weight</c> and <c>bias</c> among the arguments.</summary>
    public ImmutableSortedDictionary<string, int> InputTypeToIndex { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>How the output is observed for a number of arguments that are tensors: with one (<c>x + 2</c>) it can share the input's parameters.</summary>
    public ImmutableSortedDictionary<int, ObservationType> NumTensorArgsToObservationType { get; init; } = ImmutableSortedDictionary<int, ObservationType>.Empty;

    /// <summary>Whether inputs and outputs are observed at all; embeddings only have quantized weights.</summary>
    public bool InputOutputObserved { get; init; } = true;

    /// <inheritdoc/>
    public bool Equals(BackendPatternConfig? other) => other is not null && Pattern == other.Pattern && Observation == other.Observation
        && DTypes.AsSpan().SequenceEqual(other.DTypes.AsSpan()) && RootModule == other.RootModule && QatModule == other.QatModule
        && ReferenceQuantizedModule == other.ReferenceQuantizedModule && FusedModule == other.FusedModule && FuserMethod == other.FuserMethod
        && InputTypeToIndex.SequenceEqual(other.InputTypeToIndex) && NumTensorArgsToObservationType.SequenceEqual(other.NumTensorArgsToObservationType)
        && InputOutputObserved == other.InputOutputObserved;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Pattern, Observation, DTypes.Length, RootModule, FusedModule);
}
