using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Constant, a node that carries a value and reads nothing: it becomes a constant of the graph.</summary>
internal static class ConstantNode
{
    /// <summary>The name and the value that a Constant node gives.</summary>
    /// <exception cref="QuantizationException">It gives no dense number or list of numbers.</exception>
    public static (string Value, Tensor Tensor) Read(Node node)
    {
        if (node.Outputs.Length != 1 || node.Inputs.Any(input => input.Length > 0) || node.Attributes.Count != 1)
        {
            throw new QuantizationException($"{node} has {node.Inputs.Length} inputs, {node.Outputs.Length} outputs and {node.Attributes.Count} attributes; expected no input, one output and one attribute with the value.");
        }
        KeyValuePair<string, object> setting = node.Attributes.Single();
        Tensor tensor = (setting.Key, setting.Value) switch
        {
            ("value", Tensor value) => value,
            ("value_float", float value) => Tensor.Scalar(value),
            ("value_int", long value) => Tensor.Scalar(value),
            ("value_floats", ImmutableArray<float> values) => Tensor.Create<float>(values.AsSpan(), new Shape(values.Length)),
            ("value_ints", ImmutableArray<long> values) => Tensor.Create<long>(values.AsSpan(), new Shape(values.Length)),
            _ => throw new QuantizationException($"{node} carries its value as '{setting.Key}'; expected a dense tensor, a number or a list of numbers. Texts and sparse values are not supported."),
        };
        return (node.Output, tensor);
    }
}
