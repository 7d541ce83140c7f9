using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Works out facts one node after the other, and with them the small values that depend on nothing but constants and known sizes, so
/// that <c>Reshape(x, Concat(Shape(x)[0], −1))</c> gets its axes as soon as those of x are known.
/// </summary>
public sealed class FactPropagation(int opset, OperatorList operators)
{
    /// <summary>Shapes, indices and scales are short; what is longer is data.</summary>
    private const int MostElements = 1024;

    private readonly Dictionary<string, Tensor> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _assumed = new(StringComparer.Ordinal);

    /// <summary>The facts so far, by name.</summary>
    public ImmutableDictionary<string, TensorFact>.Builder Facts { get; } = ImmutableDictionary.CreateBuilder<string, TensorFact>(StringComparer.Ordinal);

    /// <summary>Notes an input of the graph.</summary>
    public void Add(string name, TensorFact fact) => Facts[name] = fact;

    /// <summary>Notes a constant, or a value computed meanwhile.</summary>
    public void Add(string name, Tensor value)
    {
        Facts[name] = new(value.Type, value.Shape);
        _values[name] = value;
    }

    /// <summary>The value of that name, where it is known.</summary>
    public Tensor? Value(string name) => _values.GetValueOrDefault(name);

    /// <summary>
    /// Whether the fact of a value rests on an assumption: that an If, whose branches give different numbers of axes and whose condition is
    /// not known yet, takes the first branch. Known sizes of the inputs settle most of these.
    /// </summary>
    public bool IsAssumed(string name) => _assumed.Contains(name);

    /// <summary>Infers the facts of a node whose inputs are noted, without noting them.</summary>
    /// <exception cref="QuantizationException">The operator is unknown, or its inputs do not fit.</exception>
    public ImmutableArray<TensorFact> Infer(Node node) => Infer(node, out _);

    private ImmutableArray<TensorFact> Infer(Node node, out bool isAssumed)
    {
        var site = new InferenceSite(node, opset, [.. node.Inputs.Select(input => input.Length == 0 ? null : Facts[input])], [.. node.Inputs.Select(Value)]) { Operators = operators };
        IOperator op = operators.Find(node, opset);
        for (int i = 0; i < Math.Min(op.Schema.MinInputs, node.Inputs.Length); i++)
        {
            if (node.Inputs[i].Length == 0) { throw site.Refuse($"input {i} is left out; expected a value, this operator needs it"); }
        }
        ImmutableArray<TensorFact> inferred = op.Infer(site);
        for (int i = inferred.Length; i < node.Outputs.Length; i++)
        {
            if (node.Outputs[i].Length > 0) { throw site.Refuse($"it has {node.Outputs.Length} outputs; this operator gives {inferred.Length}"); }
        }
        isAssumed = site.IsAssumption || node.Inputs.Any(_assumed.Contains);
        return inferred;
    }

    /// <summary>Notes a node's facts, and its values where they follow.</summary>
    /// <exception cref="QuantizationException">The operator is unknown, or its inputs do not fit.</exception>
    public void Apply(Node node)
    {
        ImmutableArray<TensorFact> inferred = Infer(node, out bool isAssumed);
        for (int i = 0; i < node.Outputs.Length; i++)
        {
            if (node.Outputs[i].Length > 0) { Facts[node.Outputs[i]] = inferred[i]; }
        }
        if (isAssumed) { _assumed.UnionWith(node.Outputs); }
        if (!TryEvaluate(node, inferred, out ImmutableArray<Tensor> values)) { return; }
        for (int i = 0; i < node.Outputs.Length; i++)
        {
            if (node.Outputs[i].Length > 0) { _values[node.Outputs[i]] = values[i]; }
        }
    }

    private bool TryEvaluate(Node node, ImmutableArray<TensorFact> facts, [NotNullWhen(true)] out ImmutableArray<Tensor> values)
    {
        values = default;
        IOperator op = operators.Find(node, opset);
        if (op is IShapeOperator sizes)
        {
            if (!Facts[node.Inputs[0]].IsStatic) { return false; }
            values = [sizes.Value(node, Facts[node.Inputs[0]].ToShape())];
            return true;
        }
        if (op is IValueOperator || node.Operator == QuantizationNodes.Dequantize || node.Outputs.Length > facts.Length) { return false; }
        foreach (TensorFact fact in facts)
        {
            if (!fact.IsStatic || fact.ToShape().Length > MostElements) { return false; }
        }
        foreach (string input in node.Inputs)
        {
            if (input.Length > 0 && (Value(input) is not { } value || value.Length > MostElements)) { return false; }
        }
        try
        {
            values = ConstantEvaluator.Evaluate(node, op, [.. node.Inputs.Select(Value)], [.. facts.Take(node.Outputs.Length)]);
            return true;
        }
        catch (QuantizationException)
        {
            // A bad index, a division by zero: the run will say so.
            return false;
        }
    }
}
