using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// Quantization of a tree of modules, step by step, as PyTorch's eager mode (<c>torch.ao.quantization</c>): fuse, set <see cref="Module.QConfig"/>, prepare, run some data, convert. Every step returns a new tree and
/// leaves the given one as it is, except those that say so.
/// </summary>
/// <remarks>
/// Converted modules pack their weights in each call, as a step to look at. To score many rows, bind the graph of the tree (<see cref="Module.ToGraph"/>, <see cref="ExecutionPlan"/>), which packs once.
/// </remarks>
public static class EagerQuantization
{
    private static readonly EagerOptions s_default = new();

    /// <summary>
    /// Fuses modules that follow each other, by the rules of <see cref="FusionList"/>: normalizations go into weights, a ReLU joins what is before it. The first of each group becomes the fused module, the rest
    /// <see cref="Identity"/>. PyTorch's <c>fuse_modules</c> in evaluation.
    /// </summary>
    /// <param name="model">The tree.</param>
    /// <param name="groups">Paths of modules, in order of execution: <c>["conv1", "bn1", "relu1"]</c>.</param>
    /// <exception cref="QuantizationException">There is no such module, or no rule for a group.</exception>
    public static Module FuseModules(Module model, params IEnumerable<IReadOnlyList<string>> groups) => Fuse(model, groups, training: false);

    /// <summary>The same for training: normalizations stay modules of the fused one. PyTorch's <c>fuse_modules_qat</c>.</summary>
    /// <exception cref="QuantizationException">There is no such module, or no rule for a group.</exception>
    public static Module FuseModulesQat(Module model, params IEnumerable<IReadOnlyList<string>> groups) => Fuse(model, groups, training: true);

    /// <summary>Gives every module of the tree, in place, the configuration it has by its own setting, its name, its type or what encloses it. PyTorch's <c>propagate_qconfig_</c>.</summary>
    /// <param name="model">The tree, which is changed.</param>
    /// <param name="mapping">Rules by name (the whole path), pattern and type; the global one holds for the root.</param>
    /// <param name="custom">What is not looked into, and what has rules of its own.</param>
    /// <exception cref="QuantizationException">A configuration does not fit its module.</exception>
    public static void PropagateQConfig(Module model, QConfigMapping? mapping = null, PrepareCustomConfig? custom = null) => QConfigPropagation.Run(model, mapping ?? QConfigMapping.Empty, custom ?? new());

    /// <summary>Attaches observers, in place, to the outputs of modules that have a configuration. PyTorch's <c>add_observer_</c>.</summary>
    /// <param name="model">The tree, which is changed.</param>
    /// <param name="options">What is observed, and how.</param>
    /// <exception cref="QuantizationException">A custom module cannot be made.</exception>
    public static void AddObservers(Module model, EagerOptions? options = null) => new ObserverInsertion(options ?? s_default).Run(model);

    /// <summary>Propagates configurations and attaches observers, which see everything that runs through the new tree from then on. PyTorch's <c>prepare</c>.</summary>
    /// <param name="model">The tree. Floats become codes at a <see cref="QuantStub"/>.</param>
    /// <param name="options">Rules and special cases.</param>
    /// <exception cref="QuantizationException">No module has a configuration, or one does not fit.</exception>
    public static Module Prepare(Module model, EagerOptions? options = null)
    {
        options ??= s_default;
        Module prepared = model.Clone();
        PropagateQConfig(prepared, options.QConfigs, options.Prepare);
        if (prepared.NamedModules().All(entry => entry.Module.QConfig is null))
        {
            throw new QuantizationException($"No module has a configuration; expected one to prepare by. Set {nameof(Module)}.{nameof(Module.QConfig)} of the model, or rules in {nameof(EagerOptions)}.{nameof(EagerOptions.QConfigs)}.");
        }
        AddObservers(prepared, options);
        return prepared;
    }

    /// <summary>Puts quantized modules in the place of observed ones and takes configurations and observers off. PyTorch's <c>convert</c>.</summary>
    /// <param name="prepared">A prepared tree that ran on data.</param>
    /// <param name="options">Special cases; the same as given to <see cref="Prepare"/>.</param>
    /// <param name="mapping">Which type takes which one's place; <see cref="ModuleMappings.Static"/> when left out, <see cref="ModuleMappings.ReferenceStatic"/> for float modules that hold the parameters of weights.</param>
    /// <exception cref="QuantizationException">A module was never run, or cannot be converted.</exception>
    public static Module Convert(Module prepared, EagerOptions? options = null, ImmutableSortedDictionary<string, string>? mapping = null) => Convert(prepared, options ?? s_default, mapping ?? ModuleMappings.Static, QuantType.Static);

    /// <summary>The module that takes the place of another, or the same when no mapping names it or it has no configuration. PyTorch's <c>swap_module</c>.</summary>
    /// <param name="module">An observed module.</param>
    /// <param name="options">Special cases.</param>
    /// <param name="mapping">Which type takes which one's place; <see cref="ModuleMappings.Static"/> when left out.</param>
    /// <exception cref="QuantizationException">The module was never run, or cannot be converted.</exception>
    public static Module SwapModule(Module module, EagerOptions? options = null, ImmutableSortedDictionary<string, string>? mapping = null) =>
        Conversion(options ?? s_default, mapping ?? ModuleMappings.Static, QuantType.Static).Swap(module, "");

    /// <summary>Prepares, runs all batches and converts. PyTorch's <c>quantize</c>.</summary>
    /// <param name="model">The tree.</param>
    /// <param name="batches">The values of each run.</param>
    /// <param name="options">Rules and special cases.</param>
    /// <exception cref="QuantizationException">A step fails.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Module Quantize(Module model, IEnumerable<ImmutableArray<Value>> batches, EagerOptions? options = null)
    {
        options ??= s_default;
        Module prepared = Prepare(model, options);
        foreach (ImmutableArray<Value> batch in batches)
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            prepared.Forward(batch);
        }
        return Convert(prepared, options);
    }

    /// <summary>
    /// Quantizes weights, and activations by the range they have in each run; without data. Embeddings get rows of 8 or 4 bits where a rule says so. PyTorch's <c>quantize_dynamic</c>.
    /// </summary>
    /// <param name="model">The tree.</param>
    /// <param name="mapping">Rules by name, pattern and type; when left out, PyTorch's: qint8 weights with one scale for linear and recurrent layers.</param>
    /// <param name="options">Special cases.</param>
    /// <exception cref="QuantizationException">A module cannot be converted.</exception>
    public static Module QuantizeDynamic(Module model, QConfigMapping? mapping = null, EagerOptions? options = null)
    {
        options ??= s_default;
        Module prepared = model.Clone();
        PropagateQConfig(prepared, mapping ?? DefaultDynamic, options.Prepare);
        return Convert(prepared, options, ModuleMappings.Dynamic, QuantType.Dynamic);
    }

    /// <summary>Puts every leaf that has a configuration between a <see cref="QuantStub"/> and a <see cref="DeQuantStub"/>. PyTorch's <c>add_quant_dequant</c>.</summary>
    /// <param name="model">The tree.</param>
    public static Module AddQuantDequant(Module model) => Wrap(model.Clone());

    /// <summary>The rules of <see cref="QuantizeDynamic"/> when none are given.</summary>
    public static QConfigMapping DefaultDynamic { get; } = ((string[])["nn.LSTM", "nn.GRU", "nn.LSTMCell", "nn.RNNCell", "nn.GRUCell", "nn.Linear"])
        .Aggregate(QConfigMapping.Empty, (mapping, type) => mapping.SetObjectType(type, QConfigs.Dynamic));

    private static Module Wrap(Module module)
    {
        if (module.IsLeaf) { return module.QConfig is null ? module : new QuantWrapper(module); }
        foreach ((string name, Module child) in module.Children.ToArray()) { module.RegisterModule(name, Wrap(child)); }
        return module;
    }

    private static Module Fuse(Module model, IEnumerable<IReadOnlyList<string>> groups, bool training)
    {
        Module fused = model.Clone();
        foreach (IReadOnlyList<string> group in groups)
        {
            Module first = ModuleFuser.Fuse([.. group.Select(path => fused[path])], training);
            foreach ((int i, string path) in group.Index()) { fused[path] = i == 0 ? first : new Identity(); }
        }
        return fused;
    }

    private static Module Convert(Module prepared, EagerOptions options, ImmutableSortedDictionary<string, string> mapping, QuantType type)
    {
        ModuleConversion conversion = Conversion(options, mapping, type);
        Module converted = prepared.Clone();
        if (converted is not Intrinsic.FusedModule) { conversion.Run(converted); }
        converted = conversion.Swap(converted, "");
        ModuleConversion.Clean(converted);
        return converted;
    }

    private static ModuleConversion Conversion(EagerOptions options, ImmutableSortedDictionary<string, string> mapping, QuantType type) => new(mapping, type, options.Convert.ObservedToQuantized, options.Swaps, options.Observers);
}
