namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Instructions in VEX form: mask registers, tile registers, and the few on 16 bytes.</summary>
internal sealed partial class MachineCode
{
    /// <summary>Reads memory into a mask register.</summary>
    public void Emit(VexInstruction instruction, MaskRegister to, in Address from) => Vex(instruction, (int)to, from);

    /// <summary>Tileloadd or, the other way, tilestored: rows as far apart as the index says.</summary>
    public void Emit(VexInstruction instruction, TileRegister tile, in Address address) => Vex(instruction, (int)tile, address);

    /// <summary>Vmovups of 16 bytes of one of the first sixteen registers.</summary>
    public void Emit(VexInstruction instruction, VectorRegister register, in Address address) => Vex(instruction, (int)register, address);

    /// <summary>Ldtilecfg.</summary>
    public void Emit(VexInstruction instruction, in Address address) => Vex(instruction, 0, address);

    /// <summary>Tdpbusd: uint8 times int8, added to sums.</summary>
    public void Emit(VexInstruction instruction, TileRegister sums, TileRegister first, TileRegister second)
    {
        Vex(instruction, (int)sums, 0, (int)first, (int)second);
        Register((int)sums, (int)first);
    }

    /// <summary>Vzeroupper.</summary>
    public void EmitZeroUpper() => Vex(VexInstruction.Vzeroupper, 0, 0, 0, 0);

    /// <summary>Tilerelease.</summary>
    public void EmitTileRelease()
    {
        Vex(VexInstruction.Tilerelease, 0, 0, 0, 0);
        Register(0, 0);
    }

    private void Vex(VexInstruction instruction, int register, in Address address)
    {
        Vex(instruction, register, Index(address, 0), (int)address.Base, 0);
        Memory(register, address, 1);
    }

    /// <summary>The prefix, in two bytes where they suffice, and the opcode. Bits that extend register numbers are stored inverted.</summary>
    private void Vex(VexInstruction instruction, int register, int index, int operand, int other)
    {
        Reserve();
        int bits = (int)instruction, map = bits >> 8 & 3, wide = bits >> 12 & 1, prefix = bits >> 10 & 3;
        int extendsRegister = (~register >> 3 & 1) << 7, others = (~other & 15) << 3;
        if (map == 1 && wide == 0 && index < 8 && operand < 8)
        {
            Byte(0xC5);
            Byte(extendsRegister | others | prefix);
        }
        else
        {
            Byte(0xC4);
            Byte(extendsRegister | ((~index >> 3 & 1) << 6) | ((~operand >> 3 & 1) << 5) | map);
            Byte((wide << 7) | others | prefix);
        }
        Byte(bits & (int)VectorInstruction.OpcodeMask);
    }
}
