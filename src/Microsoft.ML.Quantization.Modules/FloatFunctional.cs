using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// Float operations whose results are observed, except those with a scalar. PyTorch's <c>torch.nn.quantized.FloatFunctional</c>. Use one for each operation: an observer has one range.
/// </summary>
public sealed class FloatFunctional : FunctionalModule
{
    /// <inheritdoc/>
    public override string TypeName => "nn.quantized.FloatFunctional";

    /// <inheritdoc/>
    public override Value Add(Value left, Value right) => Observed("Add", [left, right]);

    /// <inheritdoc/>
    public override Value AddScalar(Value value, double scalar) => WithScalar("Add", value, scalar);

    /// <inheritdoc/>
    public override Value Mul(Value left, Value right) => Observed("Mul", [left, right]);

    /// <inheritdoc/>
    public override Value MulScalar(Value value, double scalar) => WithScalar("Mul", value, scalar);

    /// <inheritdoc/>
    public override Value Cat(IReadOnlyList<Value> values, int axis = 0) => Enter([.. values], observe: true, () => Value.Cat(values, axis));

    /// <inheritdoc/>
    public override Value AddRelu(Value left, Value right) => Enter([left, right], observe: true,
        () => Write("AddRelu", [left, right], (writer, names) => [writer.Node("Relu", [writer.Node("Add", names)])])[0]);

    private Value Observed(string op, ImmutableArray<Value> values) => Enter(values, observe: true, () => Write(op, values, (writer, names) => [writer.Node(op, names)])[0]);

    private Value WithScalar(string op, Value value, double scalar) => Enter([value], observe: false, () =>
        Write($"{op} {scalar.ToString("R", CultureInfo.InvariantCulture)}", [value], (writer, names) => [writer.Node(op, [names[0], writer.Constant("scalar", Tensor.Scalar((float)scalar))])])[0]);
}

/// <summary>The plain operations, which nothing observes: for models whose graphs are quantized. PyTorch's <c>torch.nn.quantized.FXFloatFunctional</c>.</summary>
public sealed class FXFloatFunctional : FunctionalModule
{
    /// <inheritdoc/>
    public override string TypeName => "nn.quantized.FXFloatFunctional";

    /// <inheritdoc/>
    public override Value Add(Value left, Value right) => Plain("Add", [left, right]);

    /// <inheritdoc/>
    public override Value AddScalar(Value value, double scalar) => Plain("Add", [value, Tensor.Scalar((float)scalar)]);

    /// <inheritdoc/>
    public override Value Mul(Value left, Value right) => Plain("Mul", [left, right]);

    /// <inheritdoc/>
    public override Value MulScalar(Value value, double scalar) => Plain("Mul", [value, Tensor.Scalar((float)scalar)]);

    /// <inheritdoc/>
    public override Value Cat(IReadOnlyList<Value> values, int axis = 0) => Enter([.. values], observe: false, () => Value.Cat(values, axis));

    /// <inheritdoc/>
    public override Value AddRelu(Value left, Value right) => Enter([left, right], observe: false,
        () => Write("AddRelu", [left, right], (writer, names) => [writer.Node("Relu", [writer.Node("Add", names)])])[0]);

    private Value Plain(string op, ImmutableArray<Value> values) => Enter(values, observe: false, () => Write(op, values, (writer, names) => [writer.Node(op, names)])[0]);
}
