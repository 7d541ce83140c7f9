using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// Computations without parameters between modules, on floats, codes and while a graph is written: <c>torch.relu</c>, <c>torch.sigmoid</c>, <c>torch.matmul</c> and their kin. Sums and products of
/// codes need a scale of their own; <see cref="FloatFunctional"/> has those.
/// </summary>
/// <remarks>On floats each call binds a graph anew; in a loop use the modules, which keep theirs.</remarks>
public static class Functions
{
    /// <summary><c>max(x, 0)</c>.</summary>
    public static Value Relu(Value value) => Map("Relu", value, codes => Activations.Relu(codes), null);

    /// <summary><c>1 / (1 + exp(−x))</c>; codes come out with scale 1/256.</summary>
    public static Value Sigmoid(Value value) => Map("Sigmoid", value, codes => Activations.Sigmoid(codes), FixedMaps.Unit);

    /// <summary><c>tanh(x)</c>; codes come out with scale 2/256.</summary>
    public static Value Tanh(Value value) => Map("Tanh", value, codes => Activations.Tanh(codes), FixedMaps.Symmetric);

    /// <summary><c>exp(x) / Σ exp(x)</c> along an axis, of floats.</summary>
    /// <exception cref="QuantizationException">The value holds codes.</exception>
    public static Value Softmax(Value value, int axis) => Float("Softmax", [value], NodeAttributes.Empty.With("axis", axis));

    /// <summary>The product of matrices, with broadcast leading axes, of floats.</summary>
    /// <exception cref="QuantizationException">A value holds codes, or the axes do not fit.</exception>
    public static Value MatMul(Value left, Value right) => Float("MatMul", [left, right]);

    /// <summary>The sum, with broadcasting, of floats.</summary>
    /// <exception cref="QuantizationException">A value holds codes, or the axes do not fit.</exception>
    public static Value Add(Value left, Value right) => Float("Add", [left, right]);

    /// <summary>The product of elements, with broadcasting, of floats.</summary>
    /// <exception cref="QuantizationException">A value holds codes, or the axes do not fit.</exception>
    public static Value Mul(Value left, Value right) => Float("Mul", [left, right]);

    /// <summary>The mean over axes, which go; codes keep their parameters.</summary>
    /// <exception cref="QuantizationException">There is no such axis.</exception>
    public static Value Mean(Value value, params ImmutableArray<int> axes)
    {
        if (value.Codes is { } codes) { return codes.Mean(axes.AsSpan()); }
        Value result = Graphed.Run("ReduceMean", [value.Traced is { } graph ? new(graph with { Map = null }) : value], Write, facts => PlanCache.Bind(facts, Write))[0];
        return value.Traced is { Map: { } map } traced ? new(traced.Trace.Quantize(result.Traced!.Name, map)) : result;

        ImmutableArray<string> Write(NodeWriter writer, ImmutableArray<string> names) => [Reductions.Write(writer, "ReduceMean", names[0], axes, keep: false)];
    }

    private static Value Map(string op, Value value, Func<QuantizedTensor, QuantizedTensor> codes, OutputMap? output)
    {
        if (value.Codes is { } quantized) { return codes(quantized); }
        if (value.Traced is { Map: { } map } traced) { return new(traced.Trace.Quantize(traced.Trace.Node(op, [traced.Name]), output is { } own ? FixedMaps.For(own, map.Type) : map)); }
        return Float(op, [value]);
    }

    private static Value Float(string op, ImmutableArray<Value> values, NodeAttributes? attributes = null)
    {
        if (values.FirstOrDefault(value => value.IsQuantized) is { } codes) { throw new QuantizationException($"{op} was given codes, {codes}; expected floats. Dequantize first, or use {nameof(FloatFunctional)}, which learns a scale."); }
        return Graphed.Run(op, values, Write, facts => PlanCache.Bind(facts, Write))[0];

        ImmutableArray<string> Write(NodeWriter writer, ImmutableArray<string> names) => [writer.Node(op, names, attributes)];
    }
}
