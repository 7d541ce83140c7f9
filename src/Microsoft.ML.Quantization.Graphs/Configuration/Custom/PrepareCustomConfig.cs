using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>How a module that is prepared on its own is prepared; null takes the surroundings' choice.</summary>
/// <param name="QConfigs">Its configurations.</param>
/// <param name="Custom">Its special cases.</param>
/// <param name="Backend">Its backend.</param>
public sealed record StandaloneModule(QConfigMapping? QConfigs = null, PrepareCustomConfig? Custom = null, BackendConfig? Backend = null);

/// <summary>
/// Special cases when a model of modules is prepared (PyTorch's <c>PrepareCustomConfig</c>): data, changed by <c>with</c> and stored by
/// <see cref="CustomConfigJson"/>. Modules and classes are named.
/// </summary>
public sealed record PrepareCustomConfig
{
    /// <summary>Modules that are prepared on their own, as one operator to the rest, by module name.</summary>
    public ImmutableSortedDictionary<string, StandaloneModule> StandaloneModuleNames { get; init; } = ImmutableSortedDictionary.Create<string, StandaloneModule>(StringComparer.Ordinal);

    /// <summary>The same by module class.</summary>
    public ImmutableSortedDictionary<string, StandaloneModule> StandaloneModuleClasses { get; init; } = ImmutableSortedDictionary.Create<string, StandaloneModule>(StringComparer.Ordinal);

    /// <summary>Classes of float modules and what observes in their place.</summary>
    public CustomModules FloatToObserved { get; init; } = CustomModules.Empty;

    /// <summary>Names of modules that are not looked into.</summary>
    public ImmutableArray<string> NonTraceableModuleNames { get; init; } = [];

    /// <summary>Classes of modules that are not looked into.</summary>
    public ImmutableArray<string> NonTraceableModuleClasses { get; init; } = [];

    /// <summary>Indexes of inputs that arrive quantized.</summary>
    public ImmutableArray<int> InputQuantizedIndexes { get; init; } = [];

    /// <summary>Indexes of outputs that leave quantized.</summary>
    public ImmutableArray<int> OutputQuantizedIndexes { get; init; } = [];

    /// <summary>Attributes of the model that the prepared one keeps.</summary>
    public ImmutableArray<string> PreservedAttributes { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(PrepareCustomConfig? other) => other is not null
        && StandaloneModuleNames.SequenceEqual(other.StandaloneModuleNames) && StandaloneModuleClasses.SequenceEqual(other.StandaloneModuleClasses)
        && FloatToObserved == other.FloatToObserved
        && NonTraceableModuleNames.AsSpan().SequenceEqual(other.NonTraceableModuleNames.AsSpan()) && NonTraceableModuleClasses.AsSpan().SequenceEqual(other.NonTraceableModuleClasses.AsSpan())
        && InputQuantizedIndexes.AsSpan().SequenceEqual(other.InputQuantizedIndexes.AsSpan()) && OutputQuantizedIndexes.AsSpan().SequenceEqual(other.OutputQuantizedIndexes.AsSpan())
        && PreservedAttributes.AsSpan().SequenceEqual(other.PreservedAttributes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(StandaloneModuleNames.Count, StandaloneModuleClasses.Count, FloatToObserved, NonTraceableModuleNames.Length, NonTraceableModuleClasses.Length);
}
