using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Several <see cref="QConfigMapping"/>s side by side (PyTorch's <c>QConfigMultiMapping</c>), to compare the configurations that one node could have. Immutable: every
/// <c>Set…</c> returns a changed copy.
/// </summary>
/// <remarks>
/// A rule is given a list of configurations, the first for the first mapping and so on; duplicates and null are dropped from it. Where lists differ in length, the mappings without
/// one get "do not quantize" for that rule, so that a node never falls back to a less specific rule of another list. Source: <c>torch.ao.ns.fx.qconfig_multi_mapping</c>.
/// </remarks>
public sealed record QConfigMultiMapping
{
    /// <summary>One mapping without rules.</summary>
    public static QConfigMultiMapping Empty { get; } = new();

    /// <summary>The mappings.</summary>
    public ImmutableArray<QConfigMapping> QConfigMappings { get; private init; } = [QConfigMapping.Empty];

    /// <summary>The mappings of a list, each rule of one a rule of all.</summary>
    /// <exception cref="QuantizationException">The list is empty.</exception>
    public static QConfigMultiMapping FromListQConfigMapping(params ImmutableArray<QConfigMapping> mappings)
    {
        if (mappings.IsEmpty) { throw new QuantizationException("There is no configuration to compare; expected at least one QConfigMapping."); }
        var multi = new QConfigMultiMapping { QConfigMappings = mappings };
        foreach (IGrouping<string, QConfig?> rule in Rules(mappings, mapping => mapping.ObjectTypes)) { multi = multi.SetObjectType(rule.Key, [.. rule]); }
        foreach (IGrouping<string, QConfig?> rule in Rules(mappings, mapping => mapping.ModuleNamePatterns)) { multi = multi.SetModuleNameRegex(rule.Key, [.. rule]); }
        foreach (IGrouping<string, QConfig?> rule in Rules(mappings, mapping => mapping.ModuleNames)) { multi = multi.SetModuleName(rule.Key, [.. rule]); }
        foreach (IGrouping<ModuleNameObjectTypeOrder, QConfig?> rule in Rules(mappings, mapping => mapping.Orders))
        {
            multi = multi.SetModuleNameObjectTypeOrder(rule.Key.ModuleName, rule.Key.ObjectType, rule.Key.Index, [.. rule]);
        }
        return multi;
    }

    /// <summary>Sets the rule when no other matches.</summary>
    public QConfigMultiMapping SetGlobal(params ImmutableArray<QConfig?> configs) => Set(configs, static (mapping, config) => mapping.SetGlobal(config));

    /// <summary>Sets the rule of an operator.</summary>
    public QConfigMultiMapping SetObjectType(string objectType, params ImmutableArray<QConfig?> configs) => Set(configs, (mapping, config) => mapping.SetObjectType(objectType, config));

    /// <summary>Sets the rule of all nodes whose name starts with a match of a pattern.</summary>
    /// <exception cref="QuantizationException">The pattern is not a regular expression.</exception>
    public QConfigMultiMapping SetModuleNameRegex(string pattern, params ImmutableArray<QConfig?> configs) => Set(configs, (mapping, config) => mapping.SetModuleNameRegex(pattern, config));

    /// <summary>Sets the rule of a module or node and of all it encloses.</summary>
    public QConfigMultiMapping SetModuleName(string moduleName, params ImmutableArray<QConfig?> configs) => Set(configs, (mapping, config) => mapping.SetModuleName(moduleName, config));

    /// <summary>Sets the rule of the <paramref name="index"/>-th operator of a type inside a module.</summary>
    /// <exception cref="QuantizationException">The index is negative.</exception>
    public QConfigMultiMapping SetModuleNameObjectTypeOrder(string moduleName, string objectType, int index, params ImmutableArray<QConfig?> configs) =>
        Set(configs, (mapping, config) => mapping.SetModuleNameObjectTypeOrder(moduleName, objectType, index, config));

    /// <inheritdoc/>
    public bool Equals(QConfigMultiMapping? other) => other is not null && QConfigMappings.AsSpan().SequenceEqual(other.QConfigMappings.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => QConfigMappings.Aggregate(0, HashCode.Combine);

    private static IEnumerable<IGrouping<TKey, QConfig?>> Rules<TKey>(ImmutableArray<QConfigMapping> mappings, Func<QConfigMapping, ImmutableArray<KeyValuePair<TKey, QConfig?>>> of) =>
        mappings.SelectMany(mapping => of(mapping)).GroupBy(rule => rule.Key, rule => rule.Value);

    private QConfigMultiMapping Set(ImmutableArray<QConfig?> configs, Func<QConfigMapping, QConfig?, QConfigMapping> set)
    {
        QConfig[] distinct = [.. configs.OfType<QConfig>().Distinct()];
        ImmutableArray<QConfigMapping> mappings = [.. QConfigMappings, .. Enumerable.Repeat(WithoutConfigurations(QConfigMappings[0]), Math.Max(0, distinct.Length - QConfigMappings.Length))];
        return new() { QConfigMappings = [.. mappings.Select((mapping, i) => set(mapping, i < distinct.Length ? distinct[i] : null))] };
    }

    // The rules of a mapping, each saying "do not quantize".
    private static QConfigMapping WithoutConfigurations(QConfigMapping mapping)
    {
        QConfigMapping none = mapping.ObjectTypes.Aggregate(QConfigMapping.Empty, (all, rule) => all.SetObjectType(rule.Key, null));
        none = mapping.ModuleNamePatterns.Aggregate(none, (all, rule) => all.SetModuleNameRegex(rule.Key, null));
        none = mapping.ModuleNames.Aggregate(none, (all, rule) => all.SetModuleName(rule.Key, null));
        return mapping.Orders.Aggregate(none, (all, rule) => all.SetModuleNameObjectTypeOrder(rule.Key.ModuleName, rule.Key.ObjectType, rule.Key.Index, null));
    }
}
