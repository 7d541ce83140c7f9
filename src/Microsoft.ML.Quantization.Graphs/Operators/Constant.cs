using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A value written in the node. ONNX Constant, opset 9 to 28: value, value_float(s), value_int(s).</summary>
internal sealed class Constant : IOperator
{
    public OperatorSchema Schema { get; } = new("Constant", 9, 0, 0);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        Tensor value = Value(site.Node) ?? throw site.Refuse("it has none of the attributes value, value_float, value_floats, value_int and value_ints; other kinds of constants are not supported");
        return [new(value.Type, value.Shape)];
    }

    public void Forward(StepCall call) => Value(call.Node)!.Bytes.CopyTo(call.Output<byte>(0));

    /// <summary>The value, or null when the node has none that is supported.</summary>
    internal static Tensor? Value(Node node) =>
        node.Attributes.TensorValue("value")
        ?? (node.Attributes.Contains("value_float") ? Tensor.Scalar(node.Attributes.Float("value_float"))
        : node.Attributes.Contains("value_int") ? Tensor.Scalar(node.Attributes.Int("value_int"))
        : node.Attributes.Floats("value_floats") is { } floats ? Tensor.Create<float>(floats.AsSpan(), new Shape(floats.Length))
        : node.Attributes.Ints("value_ints") is { } ints ? Tensor.Create<long>(ints.AsSpan(), new Shape(ints.Length))
        : null);
}
