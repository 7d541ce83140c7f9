using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Quantized;

/// <summary>
/// Operations on codes: buffers <c>scale</c> and <c>zero_point</c> are the map of the result, except with a scalar, where it follows from the input's. PyTorch's <c>torch.nn.quantized.QFunctional</c>.
/// </summary>
public sealed class QFunctional : FunctionalModule
{
    /// <param name="output">Map of the results.</param>
    public QFunctional(OutputMap output)
    {
        RegisterBuffer("scale", Tensor.Scalar(output.Scale));
        RegisterBuffer("zero_point", Tensor.Scalar((long)output.ZeroPoint));
    }

    /// <inheritdoc/>
    public override string TypeName => "nn.quantized.QFunctional";

    /// <summary>Scale and zero point of the results.</summary>
    public OutputMap Output => new(Entry("scale")!.AsSpan<double>()[0], checked((int)Entry("zero_point")!.AsSpan<long>()[0]));

    /// <inheritdoc/>
    public override Value Add(Value left, Value right) => Run([left, right], x => Arithmetic.Add(x[0], x[1], Output.Scale, Output.ZeroPoint), (trace, x) => trace.Node("Add", x));

    /// <inheritdoc/>
    public override Value Mul(Value left, Value right) => Run([left, right], x => Arithmetic.Mul(x[0], x[1], Output.Scale, Output.ZeroPoint), (trace, x) => trace.Node("Mul", x));

    /// <inheritdoc/>
    public override Value AddRelu(Value left, Value right) =>
        Run([left, right], x => Arithmetic.AddRelu(x[0], x[1], Output.Scale, Output.ZeroPoint), (trace, x) => trace.Node("Relu", [trace.Node("Add", x)]));

    /// <inheritdoc/>
    public override Value Cat(IReadOnlyList<Value> values, int axis = 0) => Run([.. values], x => Concatenation.Cat(x, TensorMoves.Axis(axis, x[0].Rank), Output.Scale, Output.ZeroPoint),
        (trace, x) => trace.Node("Concat", x, NodeAttributes.Empty.With("axis", axis)));

    /// <inheritdoc/>
    public override Value AddScalar(Value value, double scalar) => WithScalar(value, scalar, "Add", x => TensorScalarArithmetic.AddScalar(x, scalar));

    /// <inheritdoc/>
    public override Value MulScalar(Value value, double scalar) => WithScalar(value, scalar, "Mul", x => TensorScalarArithmetic.MulScalar(x, scalar));

    private Value Run(ImmutableArray<Value> values, Func<ImmutableArray<QuantizedTensor>, QuantizedTensor> codes, Func<Trace, ImmutableArray<string>, string> write) => Enter(values, observe: false, () =>
    {
        foreach (Value value in values) { Require(value); }
        return values[0].Traced is not { } traced
            ? codes([.. values.Select(value => value.ToQuantizedTensor())])
            : new Value(traced.Trace.Quantize(write(traced.Trace, [.. values.Select(traced.Trace.Real)]), Trace.Map(Output, traced.Map!.Type)));
    });

    // The map that a scalar leads to is the one it gives no codes at all.
    private Value WithScalar(Value value, double scalar, string op, Func<QuantizedTensor, QuantizedTensor> codes) => Enter([value], observe: false, () =>
    {
        Require(value);
        if (value.Traced is not { Map: { } map } traced) { return codes(value.ToQuantizedTensor()); }
        QuantizedTensor none = codes(QuantizedTensor.EmptyAffine(new Shape(0), map.Scale, map.ZeroPoint, map.Type));
        string result = traced.Trace.Node(op, [traced.Name, traced.Trace.Constant("scalar", Tensor.Scalar((float)scalar))]);
        return new(traced.Trace.Quantize(result, Trace.Map(new(none.QScale, none.QZeroPoint), map.Type)));
    });

    private void Require(Value value)
    {
        if (!value.IsQuantized) { throw new QuantizationException($"{TypeName} was given {value}; expected codes. Put a {nameof(QuantStub)} before it and convert the model anew."); }
    }
}
