namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The sum over some axes. ONNX ReduceSum, opset 9 to 21 (axes are an input from 13 on). Stays float, as in PyTorch.</summary>
internal sealed class ReduceSum() : ReduceOperator(new("ReduceSum", 9, 1, 2), new() { IsSetting = static index => index > 0 }, divides: false);
