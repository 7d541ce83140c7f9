namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The bytes of a vector register that an instruction works on: 16 shifted left by the value.</summary>
internal enum VectorLength
{
    Bytes16, Bytes32, Bytes64,
}
