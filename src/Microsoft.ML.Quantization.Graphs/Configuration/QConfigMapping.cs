using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>A rule for the <paramref name="Index"/>-th operator of a type inside a module.</summary>
/// <param name="ModuleName">The module; empty for the whole graph.</param>
/// <param name="ObjectType">The operator's name, as in ONNX.</param>
/// <param name="Index">Counts that operator inside the module, in graph order, from 0.</param>
public sealed record ModuleNameObjectTypeOrder(string ModuleName, string ObjectType, int Index);

/// <summary>
/// Which <see cref="QConfig"/> each node gets (PyTorch's <c>QConfigMapping</c>). Immutable: every <c>Set…</c> returns a changed copy.
/// The most specific rule that matches wins:
/// <list type="number">
/// <item>module name, operator and index,</item>
/// <item>module name: the node's own, or else that of the nearest enclosing module,</item>
/// <item>regular expression on the module name: the first one set,</item>
/// <item>operator: its name in ONNX (<c>Conv</c>), or else one of PyTorch's (<c>nn.Conv2d</c>, <c>nn.functional.conv2d</c>, <c>reshape</c>; the first rule set),</item>
/// <item>global.</item>
/// </list>
/// A null configuration is a match as well; it means "do not quantize".
/// </summary>
/// <remarks>
/// Module names are read from node names, split at <c>/</c> and <c>.</c>: module <c>net.0</c> encloses the node <c>/net/net.0/Gemm</c>.
/// A node that a pass fused is found under the name and operator of the node that produced the value. Source: PyTorch documentation,
/// <c>torch.ao.quantization.qconfig_mapping</c>.
/// </remarks>
public sealed record QConfigMapping
{
    /// <summary>The observer name that leaves ranges to the run, or values in float: PyTorch's <c>PlaceholderObserver</c>.</summary>
    internal const string Placeholder = "Placeholder";

    /// <summary>The observer name for "as the input": PyTorch's <c>ReuseInputObserver</c>.</summary>
    internal const string ReuseInput = "ReuseInput";

    /// <summary>The observer name for "none": PyTorch's <c>NoopObserver</c>.</summary>
    internal const string Noop = "NoOp";

    /// <summary>The observer name for parameters known beforehand: PyTorch's <c>FixedQParamsObserver</c>.</summary>
    internal const string FixedQParams = "FixedQParams";

    // A hostile pattern on a long name must not hang the caller.
    private static readonly TimeSpan s_patternLimit = TimeSpan.FromSeconds(1);

    /// <summary>No rules: nothing is quantized.</summary>
    public static QConfigMapping Empty { get; } = new();

    /// <summary>
    /// What this package proposes: quint8 activations 0..255 by smallest and largest value, per-channel symmetric qint8 weights. No reduced
    /// range, because the engines are exact.
    /// </summary>
    public static QConfigMapping Default { get; } = Empty.SetGlobal(new(new ObserverSpec { Observer = "MinMax" }, ObserverDefaults.PerChannelWeight));

    /// <summary>
    /// What this package proposes for dynamic quantization: a symmetric qint8 scale for each output channel, and 8-bit rows with real-valued zero points for
    /// embeddings. PyTorch's <c>quantize_dynamic</c> is <c>Empty.SetObjectType("nn.Linear", QConfigs.Dynamic)</c>, alike for recurrent layers.
    /// </summary>
    public static QConfigMapping DefaultDynamic { get; } = Empty.SetGlobal(QConfigs.PerChannelDynamic).SetObjectType("Gather", QConfigs.FloatQParamsWeightOnly);

    /// <summary>
    /// PyTorch's <c>get_default_qconfig_mapping</c> for <c>x86</c>, <c>fbgemm</c>, <c>qnnpack</c> or <c>onednn</c>; see
    /// <see cref="DefaultQConfigs"/>.
    /// </summary>
    /// <exception cref="QuantizationException">There is no such backend.</exception>
    public static QConfigMapping ForBackend(string backend) => DefaultQConfigs.GetDefaultQConfigMapping(backend);

    /// <summary>The rule when no other matches.</summary>
    public QConfig? Global { get; private init; }

    /// <summary>Rules by operator, in the order they were set.</summary>
    public ImmutableArray<KeyValuePair<string, QConfig?>> ObjectTypes { get; private init; } = [];

    /// <summary>Rules by module or node name, in the order they were set.</summary>
    public ImmutableArray<KeyValuePair<string, QConfig?>> ModuleNames { get; private init; } = [];

    /// <summary>Rules by pattern, in the order they were set. A pattern must match from the start of the name.</summary>
    public ImmutableArray<KeyValuePair<string, QConfig?>> ModuleNamePatterns { get; private init; } = [];

    /// <summary>Rules by module, operator and index, in the order they were set.</summary>
    public ImmutableArray<KeyValuePair<ModuleNameObjectTypeOrder, QConfig?>> Orders { get; private init; } = [];

    /// <summary>Sets the rule when no other matches.</summary>
    public QConfigMapping SetGlobal(QConfig? config) => this with { Global = config };

    /// <summary>Sets the rule of an operator, named as in ONNX (<c>Conv</c>) or as in PyTorch (<c>nn.Conv2d</c>, see <see cref="OperatorNames"/>).</summary>
    public QConfigMapping SetObjectType(string objectType, QConfig? config) => this with { ObjectTypes = Set(ObjectTypes, TorchNames.Normalize(objectType), config) };

    /// <summary>Sets the rule of a module or node and of all it encloses.</summary>
    public QConfigMapping SetModuleName(string moduleName, QConfig? config) => this with { ModuleNames = Set(ModuleNames, moduleName, config) };

    /// <summary>Sets the rule of all nodes whose name, as written or with dots (<c>net.0.Gemm</c>), starts with a match of <paramref name="pattern"/>.</summary>
    /// <exception cref="QuantizationException">The pattern is not a regular expression.</exception>
    public QConfigMapping SetModuleNameRegex(string pattern, QConfig? config)
    {
        _ = Compile(pattern);
        return this with { ModuleNamePatterns = Set(ModuleNamePatterns, pattern, config) };
    }

    /// <summary>Sets the rule of the <paramref name="index"/>-th operator of a type inside a module.</summary>
    /// <exception cref="QuantizationException">The index is negative.</exception>
    public QConfigMapping SetModuleNameObjectTypeOrder(string moduleName, string objectType, int index, QConfig? config) => index < 0
        ? throw new QuantizationException($"Index {index} of operator '{objectType}' in module '{moduleName}' is negative; expected 0 for the first one.")
        : this with { Orders = Set(Orders, new ModuleNameObjectTypeOrder(moduleName, TorchNames.Normalize(objectType), index), config) };

    /// <summary>The configuration of a node; null when it is not to be quantized.</summary>
    public QConfig? Find(Node node, Graph graph)
    {
        ImmutableArray<string> path = ModulePath.Split(node.Name);
        return Orders.Length > 0 && ByOrder(node, path, graph, out QConfig? config) || ByModule(path, out config)
            || ByPattern(node.Name, path, out config) || ByType(node, graph, out config) ? config : Global;
    }

    /// <inheritdoc/>
    public bool Equals(QConfigMapping? other) => other is not null && Equals(Global, other.Global)
        && ObjectTypes.AsSpan().SequenceEqual(other.ObjectTypes.AsSpan()) && ModuleNames.AsSpan().SequenceEqual(other.ModuleNames.AsSpan())
        && ModuleNamePatterns.AsSpan().SequenceEqual(other.ModuleNamePatterns.AsSpan()) && Orders.AsSpan().SequenceEqual(other.Orders.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Global, ObjectTypes.Length, ModuleNames.Length, ModuleNamePatterns.Length, Orders.Length);

    private bool ByOrder(Node node, ImmutableArray<string> path, Graph graph, out QConfig? config)
    {
        config = null;
        int nearest = -1;
        foreach ((ModuleNameObjectTypeOrder order, QConfig? candidate) in Orders)
        {
            ImmutableArray<string> module = ModulePath.Split(order.ModuleName);
            if (Is(node, order.ObjectType, graph) && module.Length > nearest && ModulePath.Encloses(module, path) && Index(module, order.ObjectType) == order.Index)
            {
                (nearest, config) = (module.Length, candidate);
            }
        }
        return nearest >= 0;

        int Index(ImmutableArray<string> module, string type) => graph.Nodes.TakeWhile(other => other.Name != node.Name)
            .Count(other => Is(other, type, graph) && ModulePath.Encloses(module, ModulePath.Split(other.Name)));
    }

    private bool ByModule(ImmutableArray<string> path, out QConfig? config)
    {
        config = null;
        int nearest = 0;
        foreach ((string name, QConfig? candidate) in ModuleNames)
        {
            ImmutableArray<string> module = ModulePath.Split(name);
            if (module.Length > nearest && ModulePath.Encloses(module, path)) { (nearest, config) = (module.Length, candidate); }
        }
        return nearest > 0;
    }

    private bool ByPattern(string name, ImmutableArray<string> path, out QConfig? config)
    {
        string dotted = string.Join('.', path);
        foreach ((string pattern, QConfig? candidate) in ModuleNamePatterns)
        {
            Regex regex = Compile(pattern);
            try
            {
                if (regex.IsMatch(name) || regex.IsMatch(dotted))
                {
                    config = candidate;
                    return true;
                }
            }
            catch (RegexMatchTimeoutException)
            {
                throw new QuantizationException($"Matching pattern '{pattern}' of the quantization configuration with node '{name}' took more than {s_patternLimit.TotalSeconds} s. " +
                    "Write the pattern without nested repetitions.");
            }
        }
        config = null;
        return false;
    }

    private bool ByType(Node node, Graph graph, out QConfig? config)
    {
        // A rule for the operator itself is the more exact one: PyTorch's names can stand for several operators.
        foreach ((string name, QConfig? candidate) in ObjectTypes)
        {
            if (name == node.Operator)
            {
                config = candidate;
                return true;
            }
        }
        ImmutableArray<string> names = ObjectTypes.IsEmpty ? [] : OperatorNames.Of(node, graph);
        foreach ((string name, QConfig? candidate) in ObjectTypes)
        {
            if (names.Contains(name))
            {
                config = candidate;
                return true;
            }
        }
        config = null;
        return false;
    }

    private static bool Is(Node node, string type, Graph graph) => node.Operator == type || OperatorNames.Of(node, graph).Contains(type);

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex($@"\A(?:{pattern})", RegexOptions.CultureInvariant, s_patternLimit);
        }
        catch (ArgumentException invalid)
        {
            throw new QuantizationException($"Pattern '{pattern}' of the quantization configuration is not a regular expression: {invalid.Message}", invalid);
        }
    }

    // A rule set again keeps its place, as in PyTorch's ordered dictionaries.
    private static ImmutableArray<KeyValuePair<TKey, QConfig?>> Set<TKey>(ImmutableArray<KeyValuePair<TKey, QConfig?>> rules, TKey key, QConfig? config) where TKey : IEquatable<TKey>
    {
        for (int i = 0; i < rules.Length; i++)
        {
            if (rules[i].Key.Equals(key)) { return rules.SetItem(i, new(key, config)); }
        }
        return rules.Add(new(key, config));
    }
}
