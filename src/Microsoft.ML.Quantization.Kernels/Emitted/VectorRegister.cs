namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The vector registers, by the numbers that instructions hold; how many of their bytes take part, <see cref="VectorLength"/> says.</summary>
internal enum VectorRegister
{
    Zmm0, Zmm1, Zmm2, Zmm3, Zmm4, Zmm5, Zmm6, Zmm7, Zmm8, Zmm9, Zmm10, Zmm11, Zmm12, Zmm13, Zmm14, Zmm15,
    Zmm16, Zmm17, Zmm18, Zmm19, Zmm20, Zmm21, Zmm22, Zmm23, Zmm24, Zmm25, Zmm26, Zmm27, Zmm28, Zmm29, Zmm30, Zmm31,
}
