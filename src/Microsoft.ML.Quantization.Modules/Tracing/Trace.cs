using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// A graph while modules write it. Nodes are named after the module that writes them, constants after its parameters, so that configurations
/// by module name mean the same on the tree and on the graph.
/// </summary>
internal sealed class Trace
{
    private readonly GraphBuilder _builder;
    private readonly FactPropagation _facts;
    private readonly Dictionary<Module, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<Module> _scopes = new();
    private readonly Dictionary<string, Tensor> _constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _led = new(StringComparer.Ordinal);

    public Trace(string name, int opset, Module? root)
    {
        (_builder, _facts) = (new(name, opset), new(opset, OperatorList.BuiltIn));
        if (root is null) { return; }
        foreach ((string path, Module module) in root.NamedModules()) { _names.TryAdd(module, path); }
    }

    public int Opset => _builder.Opset;

    public TensorFact Fact(string value) => _facts.Facts[value];

    public string Input(string name, TensorFact fact)
    {
        _facts.Add(name, fact);
        return _builder.AddInput(name, fact);
    }

    public void Output(string value) => _builder.AddOutput(value);

    public Graph Build() => _builder.Build();

    /// <summary>Nodes written until the result is disposed belong to a module.</summary>
    public Scope Enter(Module module)
    {
        _scopes.Push(module);
        return new(_scopes);
    }

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    public string Node(string op, ImmutableArray<string> inputs, NodeAttributes? attributes = null, string domain = "") => Nodes(op, inputs, 1, attributes, domain)[0];

    /// <summary>Adds a node and returns the names of its outputs.</summary>
    public ImmutableArray<string> Nodes(string op, ImmutableArray<string> inputs, int outputs, NodeAttributes? attributes = null, string domain = "")
    {
        string name = _builder.Unique(NodeName(op));
        ImmutableArray<string> written = [.. Enumerable.Range(0, outputs).Select(i => _builder.Unique(outputs == 1 ? name + "_output" : $"{name}_output_{i}"))];
        var node = new Node(name, op, inputs, written, attributes ?? NodeAttributes.Empty, domain);
        _builder.Add(node);
        _facts.Apply(node);
        return written;
    }

    /// <summary>Adds a constant of the current module; the same tensor under the same name is added once.</summary>
    public string Constant(string name, Tensor tensor)
    {
        string path = Path(name);
        if (_constants.TryGetValue(path, out Tensor? present) && (ReferenceEquals(present, tensor) || Same(present, tensor))) { return path; }
        path = _builder.AddConstant(_builder.Unique(path), tensor);
        _constants[path] = tensor;
        _facts.Add(path, tensor);
        return path;
    }

    /// <summary>Adds sizes or axes as int64.</summary>
    public string Settings(string name, ReadOnlySpan<int> numbers)
    {
        var values = new long[numbers.Length];
        for (int i = 0; i < values.Length; i++) { values[i] = numbers[i]; }
        return Constant(name, Tensor.Create(values));
    }

    /// <summary>Adds QuantizeLinear and DequantizeLinear behind reals.</summary>
    public TracedValue Quantize(string real, QuantizationParameters map) => new(this, Dequantize(Codes(real, map), "q", map), map);

    /// <summary>Adds QuantizeLinear behind reals and returns the name of the codes.</summary>
    public string Codes(string real, QuantizationParameters map) => Node("QuantizeLinear", [real, .. Parameters("q", map)]);

    /// <summary>Adds constant codes and their DequantizeLinear; returns the name of the reals.</summary>
    public string Dequantize(string name, QuantizedTensor codes)
    {
        TensorQuantizer quantizer = codes.Quantizer;
        return Dequantize(Constant(name + "_quantized", codes.Codes()), name, quantizer.Narrowed);
    }

    /// <summary>The name of the reals of a value, which becomes a constant when it holds elements.</summary>
    public string Real(Value value)
    {
        if (value.Traced is { } traced)
        {
            return ReferenceEquals(traced.Trace, this) ? traced.Name : throw new QuantizationException($"{value} belongs to another graph; expected values of one graph. Trace the tree of modules in one call.");
        }
        return value.Codes is { } codes ? Dequantize("value", codes) : Constant("value", value.ToTensor());
    }

    public Value Cat(IReadOnlyList<Value> values, int axis)
    {
        string joined = Node("Concat", [.. values.Select(Real)], NodeAttributes.Empty.With("axis", axis));
        return new(values[0].Traced is { Map: { } map } ? Quantize(joined, map) : new(this, joined));
    }

    /// <summary>The map of per-tensor codes.</summary>
    public static QuantizationParameters Map(OutputMap map, ElementType type) => new((float)map.Scale, map.ZeroPoint, type);

    /// <summary>Adds DequantizeLinear behind codes and returns the name of the reals; <paramref name="name"/> is that of the parameters.</summary>
    public string Dequantize(string codes, string name, QuantizationParameters map) =>
        Node("DequantizeLinear", [codes, .. Parameters(name, map)], map.Axis is { } axis ? NodeAttributes.Empty.With("axis", axis) : null);

    private ImmutableArray<string> Parameters(string name, QuantizationParameters map)
    {
        Shape shape = map.IsPerChannel ? new Shape(map.Scales.Length) : Shape.Scalar;
        Tensor zeroPoints = map.Type.Storage() switch
        {
            ElementType.UInt8 => Tensor.Create<byte>([.. map.ZeroPoints.Select(zero => (byte)zero)], shape),
            ElementType.Int8 => Tensor.Create<sbyte>([.. map.ZeroPoints.Select(zero => (sbyte)zero)], shape),
            _ => Tensor.Create(map.ZeroPoints.AsSpan(), shape),
        };
        return [Constant(name + "_scale", Tensor.Create(map.Scales.AsSpan(), shape)), Constant(name + "_zero_point", zeroPoints)];
    }

    private static bool Same(Tensor left, Tensor right) => left.Type == right.Type && left.Shape == right.Shape && left.Bytes.SequenceEqual(right.Bytes);

    // A leaf's first node has the leaf's name; everything else says which operator it is.
    private string NodeName(string op)
    {
        if (Owner() is not ({ } module, { } path)) { return op; }
        return module.IsLeaf && op is not ("QuantizeLinear" or "DequantizeLinear") && _led.Add(path) ? path : $"{path}.{op}";
    }

    private string Path(string name) => Owner() is (_, { } path) ? $"{path}.{name}" : name;

    // Modules may run others that are not in the tree; what these write belongs to the nearest that is.
    private (Module? Module, string? Path) Owner()
    {
        foreach (Module module in _scopes)
        {
            if (_names.TryGetValue(module, out string? path)) { return path.Length > 0 ? (module, path) : default; }
        }
        return default;
    }

    internal readonly struct Scope(Stack<Module> scopes) : IDisposable
    {
        public void Dispose() => scopes.Pop();
    }
}
