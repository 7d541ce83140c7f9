using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// What a backend can run in integers (PyTorch's <c>BackendConfig</c>): patterns, each with the element types it may have. Immutable: every
/// <c>Set…</c> returns a changed copy. <see cref="PrepareOptions.Backend"/> makes Prepare respect one.
/// </summary>
/// <param name="Name">Its name.</param>
public sealed record BackendConfig(string Name)
{
    /// <summary>The patterns, in the order they were first registered.</summary>
    public ImmutableArray<BackendPatternConfig> Configs { get; private init; } = [];

    /// <summary>Registers a pattern. One that is known is replaced and keeps its place: the latest registration wins.</summary>
    public BackendConfig SetBackendPatternConfig(BackendPatternConfig config)
    {
        for (int i = 0; i < Configs.Length; i++)
        {
            if (Configs[i].Pattern == config.Pattern) { return this with { Configs = Configs.SetItem(i, config) }; }
        }
        return this with { Configs = Configs.Add(config) };
    }

    /// <summary>Registers several patterns, one after the other.</summary>
    public BackendConfig SetBackendPatternConfigs(params IEnumerable<BackendPatternConfig> configs)
    {
        BackendConfig changed = this;
        foreach (BackendPatternConfig config in configs) { changed = changed.SetBackendPatternConfig(config); }
        return changed;
    }

    /// <summary>The configuration of a pattern; null when it is not registered.</summary>
    public BackendPatternConfig? Find(BackendPattern pattern) => Configs.FirstOrDefault(config => config.Pattern == pattern);

    /// <inheritdoc/>
    public bool Equals(BackendConfig? other) => other is not null && Name == other.Name && Configs.AsSpan().SequenceEqual(other.Configs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Configs.Length);

    /// <summary>As <c>x86, 183 patterns</c>.</summary>
    public override string ToString() => $"{Name}, {Configs.Length} patterns";
}
