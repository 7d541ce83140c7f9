namespace Microsoft.ML.Quantization.Onnx;

/// <summary>How a conformance case ended.</summary>
public enum ConformanceOutcome
{
    /// <summary>All outputs of all data sets agree.</summary>
    Passed,

    /// <summary>The model was accepted, but it gave other outputs or none.</summary>
    Failed,

    /// <summary>The model was refused when it was imported, before any output was compared.</summary>
    Unsupported,
}
