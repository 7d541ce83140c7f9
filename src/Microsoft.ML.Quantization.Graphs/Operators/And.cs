namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Whether both are true, with NumPy broadcasting. ONNX And, opset 9 to 28.</summary>
internal sealed class And() : LogicOperator(new("And", 9, 2, 2), static (left, right) => left & right);
