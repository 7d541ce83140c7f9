namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Instructions on 64-bit registers, by the opcode of the form that reads register or memory; from 0x100 on after an 0F byte.</summary>
/// <remarks>Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.</remarks>
internal enum IntegerInstruction
{
    Add = 0x03, Sub = 0x2B, Xor = 0x33, Cmp = 0x3B, Test = 0x85, Mov = 0x8B, Lea = 0x8D, Cmovae = 0x143, Imul = 0x1AF,
}
