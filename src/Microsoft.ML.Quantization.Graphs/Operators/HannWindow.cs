namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y[k] = 0.5 − 0.5 cos t with t = 2πk / size, or 2πk / (size − 1) with <c>periodic = 0</c>. ONNX HannWindow, opset 17 to 28.</summary>
internal sealed class HannWindow() : WindowOperator("HannWindow", 0.5, 0.5, 0.0);
