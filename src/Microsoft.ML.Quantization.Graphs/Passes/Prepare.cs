using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Decides which nodes of a float graph are quantized and which values are observed, and by which common observer. Nothing is rewritten:
/// the graph in the result is the given one.
/// <list type="bullet">
/// <item>An operator with weights is quantized where its configuration says so.</item>
/// <item>Another operator (Add, pool, reshape, …) is quantized when a quantized operator reads its output, or when it leads from one to an
/// output of the graph. So codes never turn into reals and back without a gain.</item>
/// <item>A value is observed once, by the observer of the node that writes it; a value that comes from outside, by that of its first reader
/// (or the global one, where that reader's observer fixes the parameters of its output).</item>
/// <item>All inputs and outputs of an operator that shares its observer (pool, reshape, Concat) have one group.</item>
/// </list>
/// </summary>
/// <remarks>Source: PyTorch <c>prepare_fx</c>. Deviations are switches in <see cref="PrepareOptions"/>.</remarks>
public static class Prepare
{
    private const string Pass = nameof(Prepare);

    /// <summary>The decision for a graph.</summary>
    /// <param name="graph">A float graph, after fusion.</param>
    /// <param name="mapping">The configuration of each node.</param>
    /// <param name="options">What else to decide; PyTorch's rules when left out.</param>
    public static PreparedGraph Run(Graph graph, QConfigMapping mapping, PrepareOptions? options = null)
    {
        options ??= PrepareOptions.Default;
        ImmutableArray<NodeRole> roles = new NodeRoles(graph, mapping, options).Decide();
        bool[] quantized = Demand(graph, roles, options);
        ImmutableArray<ObserverGroup> groups = Groups(graph, mapping, roles, quantized, options);
        var configs = Enumerable.Range(0, roles.Length).Where(i => quantized[i]).ToImmutableSortedDictionary(i => graph.Nodes[i].Name, i => roles[i].Config!, StringComparer.Ordinal);
        return new(graph, groups, configs, [.. Enumerable.Range(0, roles.Length).Select(i => Note(graph.Nodes[i], roles[i], quantized[i]))], options.Operators);
    }

    // Backwards: all readers of a node are decided before it.
    private static bool[] Demand(Graph graph, ImmutableArray<NodeRole> roles, PrepareOptions options)
    {
        HashSet<string> fed = Fed(graph, roles), wanted = new(StringComparer.Ordinal);
        if (options.QuantizeOutputs) { wanted.UnionWith(graph.Outputs.Select(output => output.Name).Where(fed.Contains)); }
        bool[] quantized = new bool[roles.Length];
        for (int i = roles.Length - 1; i >= 0; i--)
        {
            quantized[i] = roles[i].MayQuantize && (roles[i].HasWeights || graph.Nodes[i].Outputs.Any(wanted.Contains) || options.ObserveUnreadOutputs && graph.Nodes[i].Outputs.Any(fed.Contains));
            if (quantized[i]) { wanted.UnionWith(roles[i].Data); }
        }
        return quantized;
    }

    // The values that an operator with weights leads to through operators that may be quantized.
    private static HashSet<string> Fed(Graph graph, ImmutableArray<NodeRole> roles)
    {
        var fed = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < roles.Length; i++)
        {
            if (roles[i].MayQuantize && (roles[i].HasWeights || roles[i].Data.Any(fed.Contains))) { fed.UnionWith(graph.Nodes[i].Outputs); }
        }
        return fed;
    }

    private static ImmutableArray<ObserverGroup> Groups(Graph graph, QConfigMapping mapping, ImmutableArray<NodeRole> roles, bool[] quantized, PrepareOptions options)
    {
        var observed = new ObservedValues();
        HashSet<string> read = new(StringComparer.Ordinal);
        for (int i = 0; i < roles.Length; i++)
        {
            if (quantized[i]) { read.UnionWith(roles[i].Data); }
        }
        if (options.QuantizeOutputs) { read.UnionWith(graph.Outputs.Select(output => output.Name)); }

        for (int i = 0; i < roles.Length; i++)
        {
            if (!quantized[i]) { continue; }
            (Node node, NodeRole role) = (graph.Nodes[i], roles[i]);
            foreach (string value in role.Data) { observed.Add(value, Input(role, mapping), graph.Constant(value) is not null); }
            string[] outputs = [.. node.Outputs.Where(output => output.Length > 0 && (role.SharesObserver || options.ObserveUnreadOutputs || read.Contains(output)))];
            QuantizationParameters? known = role.SharesObserver ? null : Fixed(options.Operators.Find(node, graph.Opset).Traits, role.Config!.Activation!);
            foreach (string output in outputs) { observed.Add(output, Activation(role) ?? observed.SpecOf(role.Data[0]), isConstant: false, known, isCopy: role.SharesObserver); }
            if (role.SharesObserver) { observed.Join([.. role.Data, .. outputs]); }
        }
        return observed.ToGroups();
    }

    /// <summary>The observers of a graph of one node that has a role of its own: one for each activation it reads, and one for its output.</summary>
    internal static ImmutableArray<ObserverGroup> GroupsOf(Graph alone, QConfigMapping mapping, NodeRole role, PrepareOptions options) => Groups(alone, mapping, [role], [true], options);

    // A node that reuses its input's observer has no spec of its own.
    private static ObserverSpec? Activation(NodeRole role) => role.Config!.Activation is { Observer: not QConfigMapping.ReuseInput } spec ? spec : null;

    // The fixed parameters of a configuration (of Sigmoid, say) are those of the output; an input that nobody else observes has its own range.
    private static ObserverSpec? Input(NodeRole role, QConfigMapping mapping) => Activation(role) switch
    {
        { Observer: QConfigMapping.FixedQParams } output => mapping.Global?.Activation is { Observer: not (QConfigMapping.FixedQParams or QConfigMapping.ReuseInput or QConfigMapping.Placeholder) } usual && usual.Type == output.Type
            ? usual
            : new() { Observer = "MinMax", Type = output.Type },
        var own => own,
    };

    // A configuration says it, or else the traits: for quint8, and qint8 codes are the same ones less 128.
    private static QuantizationParameters? Fixed(OperatorTraits traits, ObserverSpec spec) =>
        spec is { Observer: QConfigMapping.FixedQParams, Scale: { } scale, ZeroPoint: { } zeroPoint } ? new(scale, zeroPoint, spec.Type, spec.Range)
        : traits.Observation != ObservationType.FixedQParams || traits.FixedOutput is not { } known ? null
        : spec.Type == known.Type ? known
        : new(known.Scale, known.ZeroPoint - 128, ElementType.QInt8);

    private static PassNote Note(Node node, NodeRole role, bool quantized) => new(Pass, node.Name, quantized,
        !quantized ? $"stays float: {role.Reason ?? "no quantized operator reads its output"}"
        : role.SharesObserver ? $"{node.Operator} in {role.Config!.Activation!.Type.Name()}, with the parameters of its input"
        : $"{node.Operator} in {role.Config!.Activation!.Type.Name()}{(role.HasWeights ? $", weights {role.Config.Weight!.Scheme.Name()} {role.Config.Weight.Type.Name()}" : "")}");
}
