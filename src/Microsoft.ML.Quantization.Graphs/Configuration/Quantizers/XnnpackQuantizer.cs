using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Annotates what XNNPACK runs in integers (PyTorch's <c>XNNPACKQuantizer</c>): linear layers and convolutions with a Relu behind them, GlobalAveragePool,
/// the ends of a GRU, Add, Mul and Concat; then operators that only move or clamp numbers take over the parameters of the value before them.
/// Immutable: every <c>Set…</c> returns a changed copy.
/// </summary>
/// <remarks>
/// <para>A rule for a module name wins over one for a module type, that over one for an operator type, and that over the global one. A null configuration leaves
/// nodes in float. A rule for an operator type is one PyTorch stores without ever reading it.</para>
/// <para>Source: <c>torch.ao.quantization.quantizer.xnnpack_quantizer</c>; the order of the patterns is part of it, see the design note on quantizers.</para>
/// </remarks>
public sealed class XnnpackQuantizer : GraphQuantizer
{
    private ImmutableArray<(NodeRule Kind, string Name, QuantizationConfig? Config)> _rules = [];

    private enum NodeRule
    {
        ModuleName,
        ModuleType,
        OperatorType,
    }

    /// <summary>The rule when no other matches; null for none.</summary>
    public QuantizationConfig? GlobalConfig { get; private init; }

    /// <summary>PyTorch's <c>get_symmetric_quantization_config</c>: qint8 activations with a zero point, symmetric qint8 weights, scales from 2⁻¹² up.</summary>
    /// <param name="isPerChannel">Whether each output channel of the weights has its own scale.</param>
    /// <param name="isQat">Whether it is for training.</param>
    /// <param name="isDynamic">Whether the ranges of activations are found in each run.</param>
    /// <param name="actQMin">Smallest code of activations.</param>
    /// <param name="actQMax">Largest code of activations.</param>
    /// <param name="weightQMin">Smallest code of weights.</param>
    /// <param name="weightQMax">Largest code of weights.</param>
    /// <exception cref="QuantizationException">A smallest code is above the largest.</exception>
    public static QuantizationConfig GetSymmetricQuantizationConfig(bool isPerChannel = false, bool isQat = false, bool isDynamic = false, int actQMin = -128, int actQMax = 127, int weightQMin = -127, int weightQMax = 127)
    {
        QuantizationSpec activation = QuantizationSpecs.Activation(ElementType.QInt8, actQMin, actQMax, isQat, isDynamic);
        string observer = (isQat, isPerChannel) switch
        {
            (true, true) => "MovingAveragePerChannelMinMax",
            (true, false) => "MovingAverageMinMax",
            (false, true) => "PerChannelMinMax",
            (false, false) => "MinMax",
        };
        QScheme scheme = isPerChannel ? QScheme.PerChannelSymmetric : QScheme.PerTensorSymmetric;
        var weight = new QuantizationSpec(ElementType.QInt8, new ObserverSpec { Observer = observer, Eps = ObserverDefaults.QnnpackEps }, weightQMin, weightQMax, scheme, 0) { FakeQuantize = isQat ? QuantizationSpecs.Fused : null };
        return new(activation, isDynamic ? null : activation, weight, null, isQat);
    }

    /// <summary>Sets the rule when no other matches.</summary>
    /// <exception cref="QuantizationException">It mixes dynamic and static quantization, or training and calibration, with the other rules.</exception>
    public XnnpackQuantizer SetGlobal(QuantizationConfig? config) => Checked(new XnnpackQuantizer { GlobalConfig = config, _rules = _rules });

    /// <summary>Sets the rule of an operator, by ONNX's name (<c>Conv</c>) or one of PyTorch's (<c>torch.add</c>).</summary>
    /// <inheritdoc cref="SetGlobal" path="/exception"/>
    public XnnpackQuantizer SetOperatorType(string operatorType, QuantizationConfig? config) => Set(NodeRule.OperatorType, TorchNames.Normalize(operatorType), config);

    /// <summary>Sets the rule of a type of module, <c>nn.Linear</c>: graphs know the types of PyTorch's own modules only.</summary>
    /// <inheritdoc cref="SetGlobal" path="/exception"/>
    public XnnpackQuantizer SetModuleType(string moduleType, QuantizationConfig? config) => Set(NodeRule.ModuleType, TorchNames.Normalize(moduleType), config);

    /// <summary>Sets the rule of a module or node, and of all it encloses.</summary>
    /// <inheritdoc cref="SetGlobal" path="/exception"/>
    public XnnpackQuantizer SetModuleName(string moduleName, QuantizationConfig? config) => Set(NodeRule.ModuleName, moduleName, config);

    /// <inheritdoc/>
    public override AnnotatedGraph Annotate(AnnotatedGraph graph)
    {
        var patterns = new PatternNodes(graph.Graph);
        bool dynamic = Configs().Any(config => config.IsDynamic);
        var seen = new List<Func<Node, bool>>();
        foreach ((NodeRule kind, string name, QuantizationConfig? config) in _rules.OrderBy(rule => rule.Kind))
        {
            Func<Node, bool> filter = Filter(kind, name, graph.Graph);
            seen.Add(filter);
            graph = config is null ? Exclude(graph, filter) : XnnpackAnnotator.Run(graph, patterns, config, filter, dynamic);
        }
        if (GlobalConfig is not null) { graph = XnnpackAnnotator.Run(graph, patterns, GlobalConfig, node => !seen.Any(filter => filter(node)), dynamic); }
        return XnnpackAnnotator.Propagate(graph);
    }

    private static AnnotatedGraph Exclude(AnnotatedGraph graph, Func<Node, bool> filter) =>
        graph.Graph.Nodes.Where(node => filter(node) && !graph.IsAnnotated(node)).Aggregate(graph, (current, node) => current.With(node.Name, QuantizationAnnotation.Untouched));

    private static Func<Node, bool> Filter(NodeRule kind, string name, Graph graph)
    {
        if (kind != NodeRule.ModuleName) { return node => node.Operator == name || OperatorNames.Of(node, graph).Contains(name); }
        ImmutableArray<string> module = ModulePath.Split(name);
        return node => ModulePath.Encloses(module, ModulePath.Split(node.Name));
    }

    private XnnpackQuantizer Set(NodeRule kind, string name, QuantizationConfig? config) =>
        Checked(new XnnpackQuantizer { GlobalConfig = GlobalConfig, _rules = [.. _rules.Where(rule => rule.Kind != kind || rule.Name != name), (kind, name, config)] });

    private static XnnpackQuantizer Checked(XnnpackQuantizer quantizer)
    {
        QuantizationSpecs.CheckAlike(nameof(XnnpackQuantizer), quantizer.Configs());
        return quantizer;
    }

    private ImmutableArray<QuantizationConfig> Configs() => [.. _rules.Select(rule => rule.Config).Append(GlobalConfig).OfType<QuantizationConfig>()];
}
