namespace Microsoft.ML.Quantization.Numerics;

/// <summary>
/// The two conventions for quantizing a real. They differ where <c>x / scale</c> is close to a tie, so every quantize site says which
/// one it follows.
/// </summary>
public enum Rounding
{
    /// <summary><c>round(x · (1 / scale))</c> with the reciprocal rounded to float32: PyTorch.</summary>
    Reciprocal,

    /// <summary><c>round(x / scale)</c>: ONNX, and every graph that was imported from or will be exported to it.</summary>
    Divide,
}
