using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// A part of a network: parameters, buffers and child modules, by name. PyTorch's <c>torch.nn.Module</c>. A module that computes writes nodes of a graph; given
/// tensors it binds and runs them, given a value of a graph it adds to that graph, so that the whole tree can become one graph (<see cref="ToGraph"/>).
/// </summary>
/// <remarks>
/// <para>
/// To write a module of your own, derive from this class, register children in the constructor and override <see cref="Compute(Value)"/>. Reach children by name
/// (<c>this["fc1"]</c>) each time: fusing, preparing and converting put others in their place. Fields should hold settings only; a copy of the module shares them.
/// </para>
/// <para>Running is safe from several threads. Changing parameters or children while others run is not. Tensors given to a module are not to be changed afterwards: set new ones.</para>
/// </remarks>
public abstract class Module
{
    /// <summary>The name under which a module keeps what observes its output.</summary>
    public const string ActivationPostProcess = "activation_post_process";

    internal const int DefaultOpset = 17;

    private OrderedDictionary<string, Module> _children = new(StringComparer.Ordinal);
    private OrderedDictionary<string, StateEntry> _entries = new(StringComparer.Ordinal);
    private PlanCache _plans = new();
    private object? _packed;
    private QConfig? _qconfig;

    /// <summary>What mappings call the module: PyTorch's name, as <c>nn.Conv2d</c>, or any other for your own.</summary>
    public abstract string TypeName { get; }

    /// <summary>
    /// How the module is to be quantized. Setting it, to null as well, settles the matter for the module and for all it encloses that has no setting of its own; null means "not at all".
    /// </summary>
    public QConfig? QConfig
    {
        get => _qconfig;
        set => (_qconfig, HasQConfig) = (value, true);
    }

    /// <summary>Whether <see cref="QConfig"/> was set.</summary>
    public bool HasQConfig { get; private set; }

    /// <summary>The child modules by name, in the order they were registered.</summary>
    public IReadOnlyDictionary<string, Module> Children => _children;

    /// <summary>Parameters, buffers and quantized weights by name, in the order they were registered.</summary>
    public IReadOnlyDictionary<string, StateEntry> Entries => _entries;

    /// <summary>What observes, or fake-quantizes, the output; null when nothing does.</summary>
    public Module? Observer => _children.GetValueOrDefault(ActivationPostProcess);

    /// <summary>Whether there are no children but an observer.</summary>
    public bool IsLeaf => _children.Count == (Observer is null ? 0 : 1);

    /// <summary>A descendant, its names joined by dots: <c>this["layer1.conv"]</c>. Setting puts another in its place.</summary>
    /// <exception cref="QuantizationException">There is none.</exception>
    public Module this[string path]
    {
        get
        {
            Module module = this;
            foreach (string name in path.Split('.'))
            {
                module = module._children.GetValueOrDefault(name) ?? throw new QuantizationException(
                    $"Module '{path}' was asked for; {module.TypeName} has no child '{name}', it has {(module._children.Count == 0 ? "none" : string.Join(", ", module._children.Keys))}.");
            }
            return module;
        }
        set
        {
            _ = this[path];
            int end = path.LastIndexOf('.');
            (end < 0 ? this : this[path[..end]])._children[path[(end + 1)..]] = value;
        }
    }

    /// <summary>This module and all descendants with their paths; the path of this module is empty.</summary>
    public IEnumerable<(string Path, Module Module)> NamedModules() =>
        _children.SelectMany(child => child.Value.NamedModules().Select(inner => (inner.Path.Length == 0 ? child.Key : $"{child.Key}.{inner.Path}", inner.Module))).Prepend(("", this));

    /// <summary>Runs the module on one value.</summary>
    /// <exception cref="QuantizationException">The value does not fit.</exception>
    public Value Forward(Value value) => Forward([value])[0];

    /// <summary>Runs the module.</summary>
    /// <returns>Its results; the first one as its observer saw and passed it.</returns>
    /// <exception cref="QuantizationException">The values do not fit.</exception>
    public ImmutableArray<Value> Forward(params ImmutableArray<Value> values)
    {
        using Trace.Scope? scope = values.FirstOrDefault(value => value.IsTraced)?.Traced!.Trace.Enter(this);
        ImmutableArray<Value> results = Compute(values);
        return ObservesOutput && Observer is { } observer ? results.SetItem(0, observer.Forward(results[0])) : results;
    }

    /// <summary>The network as one graph: a node for each thing that modules compute, named after them. Observers leave no trace; quantized modules write QuantizeLinear and DequantizeLinear.</summary>
    /// <param name="inputs">Names, types and axes of the inputs. Name an axis (<see cref="Dimension.Named"/>) to leave its size open.</param>
    /// <param name="name">The network's name.</param>
    /// <param name="opset">Version of ONNX's operator set.</param>
    /// <remarks>
    /// Graphs round by division where the modules of PyTorch multiply by the reciprocal: codes of a quantized tree can differ by one where a value lies between two. Float results have the same bits.
    /// </remarks>
    /// <exception cref="QuantizationException">A module needs a size that is left open, or has no form as a graph.</exception>
    public Graph ToGraph(ImmutableArray<ValueInfo> inputs, string name = "model", int opset = DefaultOpset)
    {
        var trace = new Trace(name, opset, this);
        foreach (Value result in Forward([.. inputs.Select(input => new Value(new TracedValue(trace, trace.Input(input.Name, input.Fact))))]))
        {
            string real = trace.Real(result);
            trace.Output(inputs.Any(input => input.Name == real) || !result.IsTraced ? trace.Node("Identity", [real]) : real);
        }
        return trace.Build();
    }

    /// <summary>A copy with children, observers and their state of its own; tensors are shared, because nobody changes them.</summary>
    public Module Clone()
    {
        var copy = (Module)MemberwiseClone();
        (copy._entries, copy._plans, copy._packed) = (new(_entries, StringComparer.Ordinal), new(), null);
        copy._children = new(StringComparer.Ordinal);
        foreach ((string name, Module child) in _children) { copy._children[name] = child.Clone(); }
        copy.OnCloned();
        return copy;
    }

    /// <inheritdoc/>
    public override string ToString() => TypeName;

    internal void ClearQConfig() => (_qconfig, HasQConfig) = (null, false);

    /// <summary>Computes on one value. Override this, or <see cref="Compute(ImmutableArray{Value})"/> for another number of values or results.</summary>
    protected virtual Value Compute(Value value) => throw new QuantizationException($"{TypeName} does not compute on one value alone; expected as many as its documentation names.");

    /// <summary>Computes on any number of values.</summary>
    protected virtual ImmutableArray<Value> Compute(ImmutableArray<Value> values) => values.Length == 1
        ? [Compute(values[0])]
        : throw new QuantizationException($"{TypeName} was given {values.Length} values; expected one.");

    /// <summary>Whether <see cref="Forward(ImmutableArray{Value})"/> shows the result to the observer; a module with several entry points does so itself.</summary>
    protected virtual bool ObservesOutput => true;

    /// <summary>Runs an entry point beside <see cref="Forward(Value)"/>: what it writes is named after this module, and the observer sees the result if asked to.</summary>
    protected Value Enter(ImmutableArray<Value> values, bool observe, Func<Value> compute)
    {
        using Trace.Scope? scope = values.FirstOrDefault(value => value.IsTraced)?.Traced!.Trace.Enter(this);
        Value result = compute();
        return observe && Observer is { } observer ? observer.Forward(result) : result;
    }

    /// <summary>Whether what is written depends on sizes of inputs, so that tensors of other sizes need another graph.</summary>
    protected virtual bool DependsOnSizes => false;

    /// <summary>Called on a copy, to copy what only this class knows of.</summary>
    protected virtual void OnCloned()
    {
    }

    /// <summary>Registers a child, or replaces the one of that name.</summary>
    protected internal void RegisterModule(string name, Module module) => _children[Named(name)] = module;

    /// <summary>Takes a child out.</summary>
    protected internal void RemoveModule(string name) => _children.Remove(name);

    /// <summary>Registers a parameter, which training changes. Null for one that is left out.</summary>
    protected void RegisterParameter(string name, Tensor? tensor) => _entries[Named(name)] = new(tensor, null, IsParameter: true);

    /// <summary>Registers a buffer: part of the state, not changed by training.</summary>
    protected void RegisterBuffer(string name, Tensor? tensor) => _entries[Named(name)] = new(tensor, null, IsParameter: false);

    /// <summary>Registers quantized weights.</summary>
    protected void RegisterBuffer(string name, QuantizedTensor codes) => _entries[Named(name)] = new(null, codes, IsParameter: false);

    /// <summary>The tensor of a parameter or buffer; null when it is left out.</summary>
    protected internal Tensor? Entry(string name) => _entries[name].Tensor;

    /// <summary>Quantized weights.</summary>
    protected internal QuantizedTensor Packed(string name) => _entries[name].Quantized!;

    /// <summary>Gives a parameter or buffer another value. What was bound or packed before is forgotten.</summary>
    protected internal void SetEntry(string name, StateEntry entry)
    {
        _entries[name] = entry;
        (_plans, _packed) = (new(), null);
    }

    /// <summary>Something made from the parameters, kept until one is set.</summary>
    protected T FromState<T>(Func<T> create) where T : class => _packed as T ?? (T)(_packed = create());

    /// <summary>
    /// Runs nodes on float values, or adds them to the graph that the values belong to. Bound graphs are kept: by <paramref name="form"/>, types and axes of the values.
    /// </summary>
    /// <param name="form">Names what is written; the same name must mean the same nodes.</param>
    /// <param name="values">Inputs.</param>
    /// <param name="write">Writes the nodes from the names of the inputs and returns the names of the outputs.</param>
    /// <exception cref="QuantizationException">A value holds codes, or does not fit.</exception>
    protected ImmutableArray<Value> Write(string form, ImmutableArray<Value> values, Func<NodeWriter, ImmutableArray<string>, ImmutableArray<string>> write) =>
        Graphed.Run(this, values, write, facts => _plans.Get(form, DependsOnSizes ? facts : [.. facts.Select(fact => fact with { Dimensions = [.. fact.Dimensions.Select(_ => Dimension.Unknown)] })], write));

    /// <summary>One float operator on one value, with a form for codes.</summary>
    /// <param name="value">The value.</param>
    /// <param name="write">Writes the nodes from the name of the input and returns the name of the output.</param>
    /// <param name="codes">The same on codes; null when the module has no such form.</param>
    /// <param name="output">The map of the result on codes; the input's when left out.</param>
    protected Value Apply(Value value, Func<NodeWriter, string, string> write, Func<QuantizedTensor, QuantizedTensor>? codes, OutputMap? output = null)
    {
        if (value.IsQuantized && codes is null) { throw new QuantizationException($"{TypeName} was given codes, {value}; expected floats. Convert the module, or put a {nameof(DeQuantStub)} before it."); }
        if (value.Codes is { } quantized) { return codes!(quantized); }
        Value result = Write("", [value], (writer, names) => [write(writer, names[0])])[0];
        return value.Traced is { Map: { } map } traced ? new(traced.Trace.Quantize(result.Traced!.Name, output is { } own ? FixedMaps.For(own, map.Type) : map)) : result;
    }

    internal virtual IEnumerable<KeyValuePair<string, StateEntry>> SaveState() => _entries;

    internal virtual void LoadState(IReadOnlyDictionary<string, StateEntry> entries)
    {
        foreach ((string name, StateEntry entry) in entries) { SetEntry(name, entry); }
    }

    private static string Named(string name) => name.Length > 0 && !name.Contains('.', StringComparison.Ordinal)
        ? name
        : throw new QuantizationException($"'{name}' cannot name a child or parameter; expected a name without dots.");
}
