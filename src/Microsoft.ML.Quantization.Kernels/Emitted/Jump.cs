namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The jumps that emitted code takes, by the opcode of their short form.</summary>
internal enum Jump
{
    Je = 0x74, Jne = 0x75, Jl = 0x7C, Jmp = 0xEB,
}
