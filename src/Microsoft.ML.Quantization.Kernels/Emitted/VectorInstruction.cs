namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Instructions on vector registers in EVEX form: the opcode, the map it is in, its prefix, its W bit, and what a byte of displacement
/// counts when that is not the operand's whole length.
/// </summary>
/// <remarks>Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.</remarks>
internal enum VectorInstruction
{
    OpcodeMask = 0xFF,
    Map0F = 1 << 8, Map0F38 = 2 << 8, Map0F3A = 3 << 8, MapMask = 3 << 8,
    Prefix66 = 1 << 10, PrefixF3 = 2 << 10, PrefixF2 = 3 << 10, PrefixMask = 3 << 10,
    W1 = 1 << 12,
    Counts4 = 1 << 13, Counts16 = 1 << 14,

    Vaddps = Map0F | 0x58,
    Vbroadcastss = Map0F38 | Prefix66 | Counts4 | 0x18,
    Vcvtdq2ps = Map0F | 0x5B,
    Vcvtps2dq = Map0F | Prefix66 | 0x5B,
    Vextracti32x4 = Map0F3A | Prefix66 | Counts16 | 0x39,
    Vfmadd213ps = Map0F38 | Prefix66 | 0xA8,
    Vfmadd231ps = Map0F38 | Prefix66 | 0xB8,
    Vmaxps = Map0F | 0x5F,
    Vminps = Map0F | 0x5D,
    Vmovdqa32 = Map0F | Prefix66 | 0x6F,
    Vmovdqu32 = Map0F | PrefixF3 | 0x6F,
    Vmovdqu32Store = Map0F | PrefixF3 | 0x7F,
    Vmovdqu8 = Map0F | PrefixF2 | 0x6F,
    Vmovdqu8Store = Map0F | PrefixF2 | 0x7F,
    Vmovq = Map0F | Prefix66 | W1 | 0x6E,
    Vmovups = Map0F | 0x10,
    VmovupsStore = Map0F | 0x11,
    Vmulps = Map0F | 0x59,
    Vpackssdw = Map0F | Prefix66 | 0x6B,
    Vpackuswb = Map0F | Prefix66 | 0x67,
    Vpaddd = Map0F | Prefix66 | 0xFE,
    Vpaddsw = Map0F | Prefix66 | 0xED,
    Vpbroadcastd = Map0F38 | Prefix66 | Counts4 | 0x58,
    Vpdpbusd = Map0F38 | Prefix66 | 0x50,
    Vpermd = Map0F38 | Prefix66 | 0x36,
    Vpinsrq = Map0F3A | Prefix66 | W1 | 0x22,
    Vpmaxub = Map0F | Prefix66 | 0xDE,
    Vpminub = Map0F | Prefix66 | 0xDA,
    Vpmovzxbd = Map0F38 | Prefix66 | 0x31,
    Vpshufb = Map0F38 | Prefix66 | 0x00,
    Vpunpckhbw = Map0F | Prefix66 | 0x68,
    Vpunpckhwd = Map0F | Prefix66 | 0x69,
    Vpunpcklbw = Map0F | Prefix66 | 0x60,
    Vpunpcklwd = Map0F | Prefix66 | 0x61,
    Vpxord = Map0F | Prefix66 | 0xEF,
}
