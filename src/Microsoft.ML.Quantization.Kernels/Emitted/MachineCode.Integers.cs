using System.Buffers.Binary;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Instructions on 64-bit registers.</summary>
internal sealed partial class MachineCode
{
    private const int Wide = 0x48, ToRegister = 2;

    /// <summary>An instruction of a register and a register; the first is written.</summary>
    public void Emit(IntegerInstruction instruction, GeneralRegister first, GeneralRegister second)
    {
        Reserve();
        // Where both directions exist, the form whose destination is "register or memory".
        bool reads = instruction is IntegerInstruction.Imul or IntegerInstruction.Cmovae;
        int opcode = reads || instruction == IntegerInstruction.Test ? (int)instruction : (int)instruction - ToRegister;
        (GeneralRegister register, GeneralRegister operand) = reads ? (first, second) : (second, first);
        Opcode(opcode, (int)register, 0, (int)operand);
        Register((int)register, (int)operand);
    }

    /// <summary>An instruction of a register and memory, which is read.</summary>
    public void Emit(IntegerInstruction instruction, GeneralRegister first, in Address second)
    {
        Reserve();
        Opcode((int)instruction, (int)first, Index(second, 0), (int)second.Base);
        Memory((int)first, second, 1);
    }

    /// <summary>Writes a register to memory.</summary>
    public void EmitStore(in Address to, GeneralRegister register)
    {
        Reserve();
        Opcode((int)IntegerInstruction.Mov - ToRegister, (int)register, Index(to, 0), (int)to.Base);
        Memory((int)register, to, 1);
    }

    /// <summary>Add, Sub or Cmp of a register and a number; Mov of a number; Imul of the register by a number.</summary>
    public void Emit(IntegerInstruction instruction, GeneralRegister first, int number)
    {
        if (instruction == IntegerInstruction.Imul)
        {
            Emit(instruction, first, first, number);
            return;
        }
        Reserve();
        if (instruction == IntegerInstruction.Mov)
        {
            Opcode(0xC7, 0, 0, (int)first);
            Register(0, (int)first);
            Int32(number);
            return;
        }
        bool fits = number == (sbyte)number;
        if (!fits && first == GeneralRegister.Rax)
        {
            Opcode((int)instruction + ToRegister, 0, 0, 0); // a form of its own, a byte shorter
            Int32(number);
            return;
        }
        Opcode(fits ? 0x83 : 0x81, 0, 0, (int)first);
        Register(Extension(instruction), (int)first);
        Immediate(number, fits);
    }

    /// <summary>Add, Sub or Cmp of eight bytes of memory and a number.</summary>
    public void Emit(IntegerInstruction instruction, in Address first, int number)
    {
        Reserve();
        bool fits = number == (sbyte)number;
        Opcode(fits ? 0x83 : 0x81, 0, Index(first, 0), (int)first.Base);
        Memory(Extension(instruction), first, 1);
        Immediate(number, fits);
    }

    /// <summary>Imul: a register times a number to another register.</summary>
    public void Emit(IntegerInstruction instruction, GeneralRegister to, GeneralRegister from, int number)
    {
        if (instruction != IntegerInstruction.Imul) { throw new ArgumentOutOfRangeException(nameof(instruction), instruction, "Only imul has three operands."); }
        Reserve();
        bool fits = number == (sbyte)number;
        Opcode(fits ? 0x6B : 0x69, (int)to, 0, (int)from);
        Register((int)to, (int)from);
        Immediate(number, fits);
    }

    /// <summary>Mov of 64 bits that are part of the code.</summary>
    public void EmitConstant(GeneralRegister to, ulong bits)
    {
        Reserve();
        Opcode(0xB8 + ((int)to & 7), 0, 0, (int)to);
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(_length), bits);
        _length += sizeof(ulong);
    }

    /// <summary>Dec of a register.</summary>
    public void EmitDecrement(GeneralRegister register)
    {
        Reserve();
        Opcode(0xFF, 0, 0, (int)register);
        Register(1, (int)register);
    }

    /// <summary>Dec of eight bytes of memory.</summary>
    public void EmitDecrement(in Address address)
    {
        Reserve();
        Opcode(0xFF, 0, Index(address, 0), (int)address.Base);
        Memory(1, address, 1);
    }

    /// <summary>Sets a register to 0; the upper half follows the lower.</summary>
    public void EmitZero(GeneralRegister register)
    {
        Reserve();
        if ((int)register > 7) { Byte(0x45); }
        Byte((int)IntegerInstruction.Xor - ToRegister);
        Register((int)register, (int)register);
    }

    /// <summary>Fetches a line of memory into the second-level cache.</summary>
    public void EmitPrefetch(in Address address) => Prefetch(0x18, 2, address);

    /// <summary>Fetches a line of memory that is about to be written.</summary>
    public void EmitPrefetchToWrite(in Address address) => Prefetch(0x0D, 1, address);

    private void Prefetch(int opcode, int operation, in Address address)
    {
        Reserve();
        int extended = ((Index(address, 0) >> 3) << 1) | ((int)address.Base >> 3);
        if (extended != 0) { Byte(0x40 | extended); }
        Byte(0x0F);
        Byte(opcode);
        Memory(operation, address, 1);
    }

    public void EmitPush(GeneralRegister register) => Stack(0x50, register);

    public void EmitPop(GeneralRegister register) => Stack(0x58, register);

    public void EmitReturn() => Single(0xC3);

    public void EmitNop() => Single(0x90);

    private void Stack(int opcode, GeneralRegister register)
    {
        Reserve();
        if ((int)register > 7) { Byte(0x41); }
        Byte(opcode + ((int)register & 7));
    }

    private void Single(int opcode)
    {
        Reserve();
        Byte(opcode);
    }

    /// <summary>The prefix of 64-bit operands with the registers' fourth bits, and the opcode.</summary>
    private void Opcode(int opcode, int register, int index, int operand)
    {
        Byte(Wide | ((register >> 3) << 2) | ((index >> 3) << 1) | (operand >> 3));
        if (opcode > byte.MaxValue) { Byte(0x0F); }
        Byte(opcode);
    }

    /// <summary>The number of an instruction among those that share an opcode with a number: the upper bits of its own opcode.</summary>
    private static int Extension(IntegerInstruction instruction) => (int)instruction >> 3;

    private void Immediate(int number, bool fits)
    {
        if (fits) { Byte(number); }
        else { Int32(number); }
    }
}
