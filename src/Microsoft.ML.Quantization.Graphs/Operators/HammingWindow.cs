namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y[k] = 25/46 − 21/46 cos t with t = 2πk / size, or 2πk / (size − 1) with <c>periodic = 0</c>. ONNX HammingWindow, opset 17 to 28.</summary>
internal sealed class HammingWindow() : WindowOperator("HammingWindow", 25.0 / 46.0, 21.0 / 46.0, 0.0);
