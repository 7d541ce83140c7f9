namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The tile registers, by the numbers that instructions hold.</summary>
internal enum TileRegister
{
    Tmm0, Tmm1, Tmm2, Tmm3, Tmm4, Tmm5, Tmm6, Tmm7,
}
