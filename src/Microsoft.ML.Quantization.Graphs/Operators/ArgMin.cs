namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The place of the smallest element along <c>axis</c>. ONNX ArgMin, opset 9 to 28, for all numbers.</summary>
internal sealed class ArgMin() : ArgOperator(new("ArgMin", 9, 1, 1), largest: false);
