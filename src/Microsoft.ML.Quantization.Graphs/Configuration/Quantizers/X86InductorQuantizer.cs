using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Annotates what PyTorch's Inductor runs in integers on x86 (PyTorch's <c>X86InductorQuantizer</c>): the inputs and weights of convolutions and linear layers, with
/// the function or the Add behind them, and operators on codes between them. What a convolution or linear layer writes stays float unless such an
/// operator reads it. Immutable: every <c>Set…</c> returns a changed copy.
/// </summary>
/// <remarks>
/// A rule for a module name wins over one for an operator, and that over the global one. A null configuration leaves nodes in float. Source:
/// <c>torchao.quantization.pt2e.quantizer.x86_inductor_quantizer</c>; the order of the patterns is part of it, see the design note on quantizers.
/// </remarks>
public sealed class X86InductorQuantizer : GraphQuantizer
{
    private static readonly ImmutableDictionary<string, string> s_operators = ImmutableDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create("nn.Conv1d", X86InductorAnnotator.Conv1d),
        KeyValuePair.Create("nn.functional.conv1d", X86InductorAnnotator.Conv1d),
        KeyValuePair.Create("nn.Conv2d", X86InductorAnnotator.Conv2d),
        KeyValuePair.Create("nn.functional.conv2d", X86InductorAnnotator.Conv2d),
        KeyValuePair.Create("nn.Linear", X86InductorAnnotator.Linear),
        KeyValuePair.Create("nn.functional.linear", X86InductorAnnotator.Linear),
        KeyValuePair.Create("nn.MaxPool2d", X86InductorAnnotator.MaxPool),
        KeyValuePair.Create("nn.functional.max_pool2d", X86InductorAnnotator.MaxPool),
        KeyValuePair.Create("torch.cat", X86InductorAnnotator.Cat),
        KeyValuePair.Create("nn.AvgPool2d", X86InductorAnnotator.AvgPool),
        KeyValuePair.Create("nn.functional.avg_pool2d", X86InductorAnnotator.AvgPool),
        KeyValuePair.Create("nn.AdaptiveAvgPool2d", X86InductorAnnotator.AdaptiveAvgPool),
        KeyValuePair.Create("nn.functional.adaptive_avg_pool2d", X86InductorAnnotator.AdaptiveAvgPool),
        KeyValuePair.Create("torch.flatten", X86InductorAnnotator.Flatten),
        KeyValuePair.Create("torch.matmul", X86InductorAnnotator.MatMul),
        KeyValuePair.Create("torch.mul", X86InductorAnnotator.Mul),
    ]);

    private ImmutableArray<KeyValuePair<string, QuantizationConfig?>> _moduleNames = [];
    private ImmutableArray<KeyValuePair<string, QuantizationConfig?>> _operatorTypes = [];

    /// <summary>The rule when no other matches; null for none.</summary>
    public QuantizationConfig? GlobalConfig { get; private init; }

    /// <summary>PyTorch's <c>get_default_x86_inductor_quantization_config</c>: quint8 activations, a symmetric qint8 scale for each output channel of weights, scales from 2⁻¹² up.</summary>
    /// <param name="isQat">Whether it is for training.</param>
    /// <param name="isDynamic">Whether the ranges of activations are found in each run.</param>
    /// <param name="reduceRange">Whether activations use codes 0..127 only, for processors whose 8-bit multiply can saturate. Our engines never need it.</param>
    public static QuantizationConfig GetDefaultX86InductorQuantizationConfig(bool isQat = false, bool isDynamic = false, bool reduceRange = false)
    {
        QuantizationSpec activation = QuantizationSpecs.Activation(ElementType.QUInt8, 0, reduceRange ? 127 : 255, isQat, isDynamic);
        var observer = new ObserverSpec { Observer = isQat ? "MovingAveragePerChannelMinMax" : "PerChannelMinMax", Eps = ObserverDefaults.QnnpackEps };
        var weight = new QuantizationSpec(ElementType.QInt8, observer, -128, 127, QScheme.PerChannelSymmetric, 0) { FakeQuantize = isQat ? QuantizationSpecs.Fused : null };
        return new(activation, activation, weight, null, isQat);
    }

    /// <summary>Sets the rule when no other matches.</summary>
    /// <exception cref="QuantizationException">It mixes dynamic and static quantization, or training and calibration, with the other rules.</exception>
    public X86InductorQuantizer SetGlobal(QuantizationConfig? config) => Checked(new() { GlobalConfig = config, _moduleNames = _moduleNames, _operatorTypes = _operatorTypes });

    /// <summary>Sets the rule of a function: <c>torch.matmul</c>, which nothing else quantizes, <c>torch.cat</c>, <c>torch.nn.functional.linear</c>.</summary>
    /// <exception cref="QuantizationException">The quantizer does not know the function, or the rule does not go with the others.</exception>
    public X86InductorQuantizer SetFunctionTypeQConfig(string functionType, QuantizationConfig? config) => SetOperator(functionType, config);

    /// <summary>Sets the rule of a type of module: <c>nn.Conv2d</c>, <c>nn.Linear</c>.</summary>
    /// <exception cref="QuantizationException">The quantizer does not know the module, or the rule does not go with the others.</exception>
    public X86InductorQuantizer SetModuleTypeQConfig(string moduleType, QuantizationConfig? config) => SetOperator(moduleType, config);

    /// <summary>Sets the rule of a module or node, and of all it encloses.</summary>
    /// <inheritdoc cref="SetGlobal" path="/exception"/>
    public X86InductorQuantizer SetModuleNameQConfig(string moduleName, QuantizationConfig? config) => Checked(new() { GlobalConfig = GlobalConfig, _moduleNames = With(_moduleNames, moduleName, config), _operatorTypes = _operatorTypes });

    /// <inheritdoc/>
    public override AnnotatedGraph Annotate(AnnotatedGraph graph)
    {
        var annotator = new X86InductorAnnotator(graph, Configs().Any(config => config.IsDynamic));
        foreach ((string name, QuantizationConfig? config) in _moduleNames)
        {
            ImmutableArray<string> module = ModulePath.Split(name);
            annotator.Run(config, (_, pattern) => pattern.All(node => ModulePath.Encloses(module, ModulePath.Split(node.Name))));
        }
        foreach ((string kind, QuantizationConfig? config) in _operatorTypes) { annotator.Run(config, (found, _) => found == kind); }
        // Products of activations are quantized where a rule names them only.
        if (GlobalConfig is not null) { annotator.Run(GlobalConfig, (found, _) => found != X86InductorAnnotator.MatMul); }
        return annotator.ShareOutputs();
    }

    private X86InductorQuantizer SetOperator(string name, QuantizationConfig? config) => s_operators.TryGetValue(TorchNames.Normalize(name), out string? kind)
        ? Checked(new() { GlobalConfig = GlobalConfig, _moduleNames = _moduleNames, _operatorTypes = With(_operatorTypes, kind, config) })
        : throw new QuantizationException($"{nameof(X86InductorQuantizer)} has no rule for '{name}'; expected one of {string.Join(", ", s_operators.Keys.Order(StringComparer.Ordinal))}.");

    private static ImmutableArray<KeyValuePair<string, QuantizationConfig?>> With(ImmutableArray<KeyValuePair<string, QuantizationConfig?>> rules, string key, QuantizationConfig? config)
    {
        // A rule set again keeps its place, as in PyTorch's ordered dictionaries.
        int at = Array.FindIndex([.. rules], rule => rule.Key == key);
        return at < 0 ? rules.Add(new(key, config)) : rules.SetItem(at, new(key, config));
    }

    private static X86InductorQuantizer Checked(X86InductorQuantizer quantizer)
    {
        QuantizationSpecs.CheckAlike(nameof(X86InductorQuantizer), quantizer.Configs());
        return quantizer;
    }

    private ImmutableArray<QuantizationConfig> Configs() => [.. _moduleNames.Concat(_operatorTypes).Select(rule => rule.Value).Append(GlobalConfig).OfType<QuantizationConfig>()];
}
