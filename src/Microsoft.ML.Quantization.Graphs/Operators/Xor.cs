namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Whether exactly one is true, with NumPy broadcasting. ONNX Xor, opset 9 to 28.</summary>
internal sealed class Xor() : LogicOperator(new("Xor", 9, 2, 2), static (left, right) => left ^ right);
