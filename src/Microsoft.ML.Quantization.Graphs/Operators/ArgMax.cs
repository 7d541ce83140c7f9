namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The place of the largest element along <c>axis</c>. ONNX ArgMax, opset 9 to 28, for all numbers.</summary>
internal sealed class ArgMax() : ArgOperator(new("ArgMax", 9, 1, 1), largest: true);
