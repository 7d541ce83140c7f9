namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The mean over some axes. ONNX ReduceMean, opset 9 to 21 (axes are an input from 18 on).</summary>
internal sealed class ReduceMean() : ReduceOperator(
    new("ReduceMean", 9, 1, 2),
    new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index > 0 },
    divides: true);
