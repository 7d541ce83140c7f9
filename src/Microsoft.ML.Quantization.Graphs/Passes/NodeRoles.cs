using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Decides for each node alone, from its traits, configuration and constants, whether and how it can be quantized.</summary>
internal sealed class NodeRoles(Graph graph, QConfigMapping mapping, PrepareOptions options)
{
    private readonly MaskValues _masks = new(graph, options);

    // A backend other than our engines quantizes operator by operator.
    private readonly ElementwiseRoots? _chains = options is { Backend: null, JoinElementwise: true } ? new(graph, options.Operators) : null;

    // The nodes before the last one of a chain that is quantized as a whole.
    private readonly Dictionary<Node, Node> _inChain = new(ReferenceEqualityComparer.Instance);

    // Values that are codes when their writers are quantized.
    private readonly HashSet<string> _codes = new(StringComparer.Ordinal);

    /// <summary>The roles of all nodes, in graph order.</summary>
    public ImmutableArray<NodeRole> Decide()
    {
        var lasts = new HashSet<Node>(graph.Nodes.Where(node => _chains?.RootOfLast(node) is not null && IsConfigured(node)), ReferenceEqualityComparer.Instance);
        foreach (Node last in lasts)
        {
            foreach (Node node in _chains!.Before(last)) { _inChain[node] = last; }
        }
        var roles = ImmutableArray.CreateBuilder<NodeRole>(graph.Nodes.Length);
        foreach (Node node in graph.Nodes)
        {
            NodeRole role = _inChain.TryGetValue(node, out Node? last) ? new NodeRole(null, $"it is computed with {last}, as one function of '{_chains!.RootOfLast(last)}'", [])
                : lasts.Contains(node) ? DecideChain(node)
                : Decide(node);
            roles.Add(role);
            if (role.MayQuantize && (role.HasWeights || role.Data.Any(_codes.Contains))) { _codes.UnionWith(node.Outputs); }
        }
        return roles.ToImmutable();
    }

    // The configuration must want every operator that would be quantized by itself.
    private bool IsConfigured(Node last) => _chains!.Before(last).Append(last).All(node =>
        options.Operators.Find(node, graph.Opset).Traits.Observation == ObservationType.NotObserved || mapping.Find(node, graph) is { } config && WhyNotStatic(config) is null);

    private NodeRole DecideChain(Node last)
    {
        string root = _chains!.RootOfLast(last)!;
        string? reason = _masks.Why(root) is { } mask ? $"'{root}' {mask}"
            : _codes.Contains(root) ? null
            : "it is a function of a float value; codes in between would only cost precision";
        QConfig? config = mapping.Find(last, graph);
        return new(reason is null ? config : null, reason ?? (config is null ? "the configuration says not to quantize it" : null), [root]);
    }

    private NodeRole Decide(Node node)
    {
        OperatorTraits traits = options.Operators.Find(node, graph.Opset).Traits;
        Tensor? weight = traits.WeightInput is { } at && node.HasInput(at) ? graph.Constant(node.Inputs[at]) : null;
        ImmutableArray<string> data = [.. Enumerable.Range(0, node.Inputs.Length).Where(i => Rewriting.IsActivation(graph, node, traits, i)).Select(i => node.Inputs[i])];
        QConfig? config = mapping.Find(node, graph);
        string? reason = WhyFloat(node, traits, data, weight, config);
        bool shares = options.OwnObserver.Contains(node.Operator) ? false
            : traits.Observation == ObservationType.OutputSharesObserverWithInput || config?.Activation?.Observer == QConfigMapping.ReuseInput;
        return new(reason is null ? config : null, reason, data, shares, weight is not null);
    }

    private string? WhyFloat(Node node, OperatorTraits traits, ImmutableArray<string> data, Tensor? weight, QConfig? config)
    {
        if (!node.Outputs.Any(output => output.Length > 0 && graph.Fact(output).Type == ElementType.Float32)) { return "it computes no float32 values"; }
        if (traits.Observation == ObservationType.NotObserved) { return $"{node.Operator} has no quantized form"; }
        if (data.IsEmpty) { return "it reads no float32 activations"; }
        if (config is null) { return "the configuration says not to quantize it"; }
        if (WhyNotStatic(config) is { } notStatic) { return notStatic; }
        if (options.Backend is { } backend && BackendSupport.WhyNot(backend, node, graph, config, weight is not null) is { } unsupported) { return unsupported; }
        if (data.FirstOrDefault(value => _masks.Why(value) is not null) is { } mask) { return $"'{mask}' {_masks.Why(mask)}"; }
        if (node.Operator is "Add" or "Sub" or "Mul" or "Div" && data.Any(value => graph.Constant(value) is not null) && !data.Any(_codes.Contains))
        {
            return "it shifts or scales a float value by constants; codes in between would only cost precision";
        }
        if (traits.WeightInput is { } input && node.HasInput(input))
        {
            if (weight is null && traits.BiasInput is { } biasInput && (node.Operator != "MatMul" || node.HasInput(biasInput))) { return $"its weights '{node.Inputs[input]}' are not a constant"; }
            if (weight is not null && WhyNotWeights(node, weight, config) is { } notWeights) { return notWeights; }
        }
        return traits.BiasInput is { } bias && node.HasInput(bias) ? WhyNotBias(node, bias, weight) : null;
    }

    private static string? WhyNotStatic(QConfig config) => config.Activation switch
    {
        null => "the configuration leaves its activations in float",
        { Observer: QConfigMapping.ReuseInput } => null,
        { Type: not (ElementType.QUInt8 or ElementType.QInt8) } spec => $"the configuration gives its activations the type {spec.Type.Name()}; static quantization takes quint8 or qint8",
        { Observer: QConfigMapping.Placeholder } => "the configuration leaves its ranges to the run (dynamic quantization)",
        { Observer: QConfigMapping.FixedQParams } and ({ Scale: null } or { ZeroPoint: null }) => "the configuration fixes its parameters and gives no scale or no zero point",
        { } spec when spec.Scheme.IsPerChannel() => $"the configuration gives its activations the scheme {spec.Scheme.Name()}; activations take one scale",
        _ => null,
    };

    private static string? WhyNotWeights(Node node, Tensor weight, QConfig config)
    {
        if (config.Weight is null or { Observer: QConfigMapping.Placeholder or QConfigMapping.Noop }) { return "the configuration leaves its weights in float"; }
        if (config.Weight.Type is not (ElementType.QUInt8 or ElementType.QInt8)) { return $"the configuration gives its weights the type {config.Weight.Type.Name()}; static quantization takes qint8 or quint8"; }
        if (config.Weight.Scheme == QScheme.PerChannelAffineFloatQParams) { return "the configuration gives its weights real-valued zero points, which only embeddings have"; }
        if (weight.Type != ElementType.Float32) { return $"its weights are {weight.Type.Name()}; expected float32"; }
        if (weight.Length == 0 || !Rewriting.AllFinite(weight)) { return "its weights are empty, NaN or infinite"; }
        return node.Operator == "Gemm" && (node.Attributes.Float("alpha", 1f) != 1f || node.HasInput(2) && node.Attributes.Float("beta", 1f) != 1f)
            ? $"its factors alpha and beta are not 1; run {nameof(FoldGemmFactors)} first"
            : null;
    }

    private string? WhyNotBias(Node node, int input, Tensor? weight)
    {
        if (!Rewriting.TryFloats(graph, node, input, out Tensor? bias)) { return $"its bias '{node.Inputs[input]}' is not a float32 constant"; }
        if (!Rewriting.AllFinite(bias)) { return "its bias is NaN or infinite"; }
        int channels = weight is null ? bias.Length : Rewriting.OutputChannels(node, weight);
        bool fits = bias.Length == 1 || bias.Length == channels && bias.Shape.Sizes[^1] == channels;
        return fits ? null : $"its bias is {bias}; expected one number for each of {channels} channels";
    }
}
