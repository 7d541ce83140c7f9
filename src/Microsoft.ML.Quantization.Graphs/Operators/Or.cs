namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Whether one or both are true, with NumPy broadcasting. ONNX Or, opset 9 to 28.</summary>
internal sealed class Or() : LogicOperator(new("Or", 9, 2, 2), static (left, right) => left | right);
