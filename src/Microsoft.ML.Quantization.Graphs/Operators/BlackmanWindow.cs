namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y[k] = 0.42 − 0.5 cos t + 0.08 cos 2t with t = 2πk / size, or 2πk / (size − 1) with <c>periodic = 0</c>. ONNX BlackmanWindow, opset 17 to 28.</summary>
internal sealed class BlackmanWindow() : WindowOperator("BlackmanWindow", 0.42, 0.5, 0.08);
