using System.Collections.Immutable;
using System.CommandLine;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary>The options that choose how a model is quantized: <c>--config</c>, <c>--backend</c> or <c>--quantizer</c>, then <c>--observer</c> and <c>--per-tensor</c>.</summary>
internal sealed class ConfigurationOptions
{
    private const string PerChannel = "PerChannel";
    private const string Xnnpack = "xnnpack";
    private const string X86Inductor = "x86-inductor";

    // What PyTorch calls the configuration of its engine for each kind of processor.
    private static readonly (string Backend, string Configuration)[] s_backends = [("x86", "x86"), ("arm", "qnnpack")];

    private readonly Option<string?> _config = new("--config") { Description = "A configuration: which observers watch what, and what stays float (.json).", HelpName = "QCONFIG.json" };
    private readonly Option<string?> _backend = new("--backend") { Description = "Start from PyTorch's configuration for x86 or arm (qnnpack) instead of ours." };
    private readonly Option<string?> _quantizer = new("--quantizer") { Description = "Let one of PyTorch's quantizers for exported graphs decide node by node what is quantized: xnnpack or x86-inductor." };
    private readonly Option<string?> _observer = new("--observer") { Description = $"Observer of activations: {string.Join(", ", ActivationObservers.Select(name => name.ToLowerInvariant()))} (minmax unless the configuration says otherwise).", HelpName = "NAME" };
    private readonly Option<bool> _perTensor = new("--per-tensor") { Description = "One scale for all channels of a weight instead of one for each." };

    private ConfigurationOptions()
    {
        _backend.AcceptOnlyFromAmong([.. s_backends.Select(entry => entry.Backend)]);
        _quantizer.AcceptOnlyFromAmong(Xnnpack, X86Inductor);
        _observer.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !ActivationObservers.Contains(token.Value, StringComparer.OrdinalIgnoreCase))
            {
                result.AddError($"There is no observer '{token.Value}' of activations; expected one of {string.Join(", ", ActivationObservers.Select(name => name.ToLowerInvariant()))}.");
            }
        });
    }

    // Of all observers those that learn one map for a whole tensor: not the markers, the recorder, the fixed ones or those of weights.
    private static ImmutableArray<string> ActivationObservers { get; } = [.. ObserverList.BuiltIn.Names.Where(LearnsOneMap)];

    private static bool LearnsOneMap(string name)
    {
        try
        {
            return new ObserverSpec { Observer = name }.Create() is not FixedQParamsObserver and var observer && observer.CalculateQParams() is not null;
        }
        catch (QuantizationException)
        {
            return false;
        }
    }

    /// <summary>Adds the options to a verb.</summary>
    public static ConfigurationOptions AddTo(Command verb)
    {
        var options = new ConfigurationOptions();
        verb.Add(options._config);
        verb.Add(options._backend);
        verb.Add(options._quantizer);
        verb.Add(options._observer);
        verb.Add(options._perTensor);
        verb.Validators.Add(result =>
        {
            if (result.GetResult(options._config) is not null && result.GetResult(options._backend) is not null)
            {
                result.AddError("--config and --backend both choose a whole configuration; expected one of them.");
            }
            if (result.GetResult(options._quantizer) is null) { return; }
            foreach (Option other in (Option[])[options._config, options._backend, options._observer])
            {
                if (result.GetResult(other) is not null) { result.AddError($"--quantizer and {other.Name} both choose what is observed and how; expected one of them."); }
            }
            if (result.GetResult(options._quantizer) is { Tokens: [{ Value: X86Inductor }] } && result.GetResult(options._perTensor) is not null)
            {
                result.AddError($"--quantizer {X86Inductor} gives each output channel its own scale; expected no --per-tensor, or --quantizer {Xnnpack}.");
            }
        });
        return options;
    }

    /// <summary>The configuration they describe.</summary>
    /// <exception cref="QuantizationException">The configuration file is missing or wrong.</exception>
    public QConfigMapping Read(ParseResult arguments)
    {
        QConfigMapping mapping =
            arguments.GetValue(_config) is string path ? ReadFile(path) :
            arguments.GetValue(_backend) is string backend ? QConfigMapping.ForBackend(s_backends.First(entry => entry.Backend == backend).Configuration) :
            QConfigMapping.Default;
        if (arguments.GetValue(_observer) is string observer)
        {
            string name = ActivationObservers.First(known => known.Equals(observer, StringComparison.OrdinalIgnoreCase));
            mapping = Change(mapping, config => config with { Activation = Watched(config.Activation, name) });
        }
        return arguments.GetValue(_perTensor) ? Change(mapping, config => config with { Weight = WholeTensor(config.Weight) }) : mapping;
    }

    /// <summary>The quantizer they name; null when a configuration decides.</summary>
    public GraphQuantizer? ReadQuantizer(ParseResult arguments) => arguments.GetValue(_quantizer) switch
    {
        Xnnpack => new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: !arguments.GetValue(_perTensor))),
        X86Inductor => new X86InductorQuantizer().SetGlobal(X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig()),
        _ => null,
    };

    private static QConfigMapping ReadFile(string path)
    {
        try
        {
            return QConfigMappingJson.Read(File.ReadAllText(path));
        }
        catch (QuantizationException error)
        {
            throw new QuantizationException($"'{path}': {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new QuantizationException($"The configuration '{path}' cannot be read: {error.Message}", error);
        }
    }

    // Observers that learn nothing (those of Sigmoid, Softmax: their range is known) keep their place.
    private static ObserverSpec? Watched(ObserverSpec? activation, string observer) =>
        activation is not null && ActivationObservers.Contains(ObserverList.BuiltIn.Resolve(activation.Observer)) ? activation with { Observer = observer } : activation;

    private static ObserverSpec? WholeTensor(ObserverSpec? weight) => weight is null ? null : weight with
    {
        Observer = weight.Observer.Replace(PerChannel, "", StringComparison.Ordinal),
        Scheme = weight.Scheme switch
        {
            Numerics.QScheme.PerChannelSymmetric => Numerics.QScheme.PerTensorSymmetric,
            Numerics.QScheme.PerChannelAffine => Numerics.QScheme.PerTensorAffine,
            _ => weight.Scheme,
        },
        ChannelAxis = 0,
    };

    private static QConfigMapping Change(QConfigMapping mapping, Func<QConfig, QConfig> change)
    {
        QConfigMapping changed = QConfigMapping.Empty.SetGlobal(Apply(mapping.Global));
        foreach ((string type, QConfig? config) in mapping.ObjectTypes) { changed = changed.SetObjectType(type, Apply(config)); }
        foreach ((string pattern, QConfig? config) in mapping.ModuleNamePatterns) { changed = changed.SetModuleNameRegex(pattern, Apply(config)); }
        foreach ((string module, QConfig? config) in mapping.ModuleNames) { changed = changed.SetModuleName(module, Apply(config)); }
        foreach ((ModuleNameObjectTypeOrder order, QConfig? config) in mapping.Orders) { changed = changed.SetModuleNameObjectTypeOrder(order.ModuleName, order.ObjectType, order.Index, Apply(config)); }
        return changed;

        QConfig? Apply(QConfig? config) => config is null ? null : change(config);
    }
}
