namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The mask registers, by the numbers that instructions hold; the first cannot choose elements and means all of them.</summary>
internal enum MaskRegister
{
    None, K1, K2, K3, K4,
}
