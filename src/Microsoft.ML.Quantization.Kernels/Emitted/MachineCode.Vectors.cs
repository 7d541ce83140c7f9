namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Instructions on vector registers, in EVEX form.</summary>
internal sealed partial class MachineCode
{
    private const int NoImmediate = -1, Unused = 0;

    /// <summary>The bytes of vector registers that the instructions which follow work on, unless they say otherwise. The rest of what they write is 0.</summary>
    public VectorLength Length { get; set; } = VectorLength.Bytes64;

    /// <summary>An instruction of three registers, the first written.</summary>
    public void Emit(VectorInstruction instruction, VectorRegister to, VectorRegister first, VectorRegister second)
    {
        Evex(instruction, (int)to, (int)first, (int)second >> 4, (int)second >> 3, Length, 0, 0);
        Register((int)to, (int)second);
    }

    /// <summary>An instruction of two registers and memory, the first written.</summary>
    public void Emit(VectorInstruction instruction, VectorRegister to, VectorRegister first, in Address second) =>
        Memory(instruction, (int)to, (int)first, second, Length, NoImmediate);

    /// <summary>An instruction of two registers, the first written.</summary>
    public void Emit(VectorInstruction instruction, VectorRegister to, VectorRegister from) => Emit(instruction, to, Unused, from);

    /// <summary>Reads memory into a register.</summary>
    public void Emit(VectorInstruction instruction, VectorRegister to, in Address from) =>
        Memory(instruction, (int)to, Unused, from, Length, NoImmediate);

    /// <summary>Writes a register, or so many of its bytes, to memory; vextracti32x4 writes the part whose number follows.</summary>
    public void Emit(VectorInstruction instruction, in Address to, VectorRegister from, VectorLength? length = null, int part = NoImmediate) =>
        Memory(instruction, (int)from, Unused, to, length ?? Length, part);

    /// <summary>Vmovq: 64 bits to the lower half of 16 bytes, the rest 0.</summary>
    public void Emit(VectorInstruction instruction, VectorRegister to, GeneralRegister from)
    {
        Evex(instruction, (int)to, Unused, 0, (int)from >> 3, VectorLength.Bytes16, 0, 0);
        Register((int)to, (int)from);
    }

    /// <summary>Vpinsrq: 16 bytes with one half replaced.</summary>
    public void Emit(VectorInstruction instruction, VectorRegister to, VectorRegister first, GeneralRegister second, int half)
    {
        Evex(instruction, (int)to, (int)first, 0, (int)second >> 3, VectorLength.Bytes16, 0, 0);
        Register((int)to, (int)second);
        Byte(half);
    }

    private void Memory(VectorInstruction instruction, int register, int first, in Address address, VectorLength length, int immediate)
    {
        Evex(instruction, register, first, Index(address, 0) >> 3, (int)address.Base >> 3, length, address.Broadcasts ? 1 : 0, (int)address.Mask);
        bool counts4 = address.Broadcasts || (instruction & VectorInstruction.Counts4) != 0;
        Memory(register, address, counts4 ? 4 : (instruction & VectorInstruction.Counts16) != 0 ? 16 : 16 << (int)length);
        if (immediate != NoImmediate) { Byte(immediate); }
    }

    /// <summary>The prefix and the opcode. Bits that extend register numbers are stored inverted.</summary>
    private void Evex(VectorInstruction instruction, int register, int first, int indexBit, int operandBit, VectorLength length, int broadcasts, int mask)
    {
        Reserve();
        int bits = (int)instruction;
        int extended = ((register >> 3 & 1) << 7) | ((indexBit & 1) << 6) | ((operandBit & 1) << 5) | ((register >> 4) << 4);
        Byte(0x62);
        Byte((extended ^ 0xF0) | (bits >> 8 & 3));
        Byte(((bits >> 12 & 1) << 7) | ((~first & 15) << 3) | 4 | (bits >> 10 & 3));
        Byte(((int)length << 5) | (broadcasts << 4) | ((~first >> 4 & 1) << 3) | mask);
        Byte(bits & (int)VectorInstruction.OpcodeMask);
    }
}
