namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Instructions in VEX form, on mask and tile registers and 16 bytes of vector registers: their bits are those of <see cref="VectorInstruction"/>.</summary>
/// <remarks>Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.</remarks>
internal enum VexInstruction
{
    Kmovw = (int)VectorInstruction.Map0F | 0x90,
    Kmovq = (int)(VectorInstruction.Map0F | VectorInstruction.W1) | 0x90,
    Ldtilecfg = (int)VectorInstruction.Map0F38 | 0x49,
    Tdpbusd = (int)(VectorInstruction.Map0F38 | VectorInstruction.Prefix66) | 0x5E,
    Tileloadd = (int)(VectorInstruction.Map0F38 | VectorInstruction.PrefixF2) | 0x4B,
    Tilerelease = (int)VectorInstruction.Map0F38 | 0x49,
    Tilestored = (int)(VectorInstruction.Map0F38 | VectorInstruction.PrefixF3) | 0x4B,
    Vmovups16 = (int)VectorInstruction.Map0F | 0x10,
    Vmovups16Store = (int)VectorInstruction.Map0F | 0x11,
    Vzeroupper = (int)VectorInstruction.Map0F | 0x77,
}
