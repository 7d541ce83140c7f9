using System.Buffers.Binary;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Writes the machine code of a tile's output stage: sums in registers to codes or floats in memory, every row to its own pixel.</summary>
/// <remarks>Columns lie in the registers as <see cref="TileColumns"/> says, so that the packing instructions leave them in order.</remarks>
internal static class TileOutputEmitter
{
    private const int VectorBytes = 64, PointerBytes = 8;

    private static readonly AssemblerRegisterK[] s_masks = [k1, k2, k3, k4];

    // Tiles keep their sums in the first 24 registers.
    private static readonly AssemblerRegisterYMM[] s_ymm =
        [ymm0, ymm1, ymm2, ymm3, ymm4, ymm5, ymm6, ymm7, ymm8, ymm9, ymm10, ymm11, ymm12, ymm13, ymm14, ymm15, ymm16, ymm17, ymm18, ymm19, ymm20, ymm21, ymm22, ymm23];

    private static readonly AssemblerRegisterXMM[] s_xmm =
        [xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15, xmm16, xmm17, xmm18, xmm19, xmm20, xmm21, xmm22, xmm23];

    private static AssemblerRegister64 Call => EmittedFunction.Argument;

    private static AssemblerRegister64 Outputs => r8;

    private static AssemblerRegister64 Offset => r9;

    private static AssemblerRegister64 Pixel => r10;

    /// <summary>Emits the stage for sums in the first registers.</summary>
    public static void Write(Assembler code, TileShape shape)
    {
        Scale(code, shape);
        if (shape.Output != OutputKind.Floats) { Pack(code, shape); }
        Store(code, shape);
    }

    private static void Store(Assembler code, TileShape shape)
    {
        code.mov(Outputs, __qword_ptr[Call + TileCall.OutputsAt]);
        code.mov(Offset, __qword_ptr[Call + TileCall.OutputOffsetAt]);
        if (shape.Vectors > TileShape.MaxVectors)
        {
            Store(code, shape, partial: false);
            return;
        }
        Label partial = code.CreateLabel(), done = code.CreateLabel();
        code.cmp(__qword_ptr[Call + TileCall.PartialAt], 0);
        code.jne(partial);
        Store(code, shape, partial: false);
        code.jmp(done);
        code.Label(ref partial);
        Store(code, shape, partial: true);
        code.Label(ref done);
    }

    /// <summary>Emits the stage for sums of floats: bias, limits.</summary>
    public static void WriteFloats(Assembler code, TileShape shape)
    {
        code.vbroadcastss(zmm28, __dword_ptr[Call + TileCall.LowAt]);
        code.vbroadcastss(zmm29, __dword_ptr[Call + TileCall.HighAt]);
        code.mov(rcx, __qword_ptr[Call + TileCall.MultipliersAt]);
        for (int vector = 0; vector < shape.Vectors; vector++)
        {
            code.vmovups(zmm30, __zmmword_ptr[rcx + vector * VectorBytes]);
            for (int row = 0; row < shape.Rows; row++)
            {
                AssemblerRegisterZMM sum = Sum(shape, row, vector);
                code.vaddps(sum, sum, zmm30);
                code.vmaxps(sum, zmm28, sum);
                code.vminps(sum, zmm29, sum);
            }
        }
        Store(code, shape);
    }

    private static void Scale(Assembler code, TileShape shape)
    {
        bool floats = shape.Output == OutputKind.Floats, clamps = shape.Output != OutputKind.Codes;
        if (clamps)
        {
            code.vbroadcastss(zmm28, __dword_ptr[Call + TileCall.LowAt]);
            code.vbroadcastss(zmm29, __dword_ptr[Call + TileCall.HighAt]);
        }
        code.mov(rcx, __qword_ptr[Call + TileCall.MultipliersAt]);
        for (int vector = 0; vector < shape.Vectors; vector++)
        {
            code.vmovups(zmm30, __zmmword_ptr[rcx + vector * VectorBytes]);
            for (int row = 0; row < shape.Rows; row++)
            {
                AssemblerRegisterZMM sum = TileEmitter.Vectors[row * shape.Vectors + vector];
                code.vcvtdq2ps(sum, sum);
                code.vmulps(sum, sum, zmm30);
                if (clamps)
                {
                    // Two zeros: the second operand wins, so that a zero keeps its sign.
                    code.vmaxps(sum, zmm28, sum);
                    code.vminps(sum, zmm29, sum);
                }
                if (!floats) { code.vcvtps2dq(sum, sum); }
            }
        }
    }

    /// <summary>Leaves the codes of a row as bytes in order in its first register.</summary>
    private static void Pack(Assembler code, TileShape shape)
    {
        code.vpbroadcastd(zmm28, __dword_ptr[Call + TileCall.ShiftAt]);
        code.vpbroadcastd(zmm29, __dword_ptr[Call + TileCall.SmallestAt]);
        code.vpbroadcastd(zmm30, __dword_ptr[Call + TileCall.LargestAt]);
        code.vpbroadcastd(zmm31, __dword_ptr[Call + TileCall.FlipAt]);
        if (shape.Vectors < TileShape.MaxVectors)
        {
            code.vpxord(zmm27, zmm27, zmm27);
            LoadCompaction(code, shape.Vectors);
        }
        for (int row = 0; row < shape.Rows; row++)
        {
            AssemblerRegisterZMM first = Sum(shape, row, 0);
            Words(code, first, shape.Vectors > 1 ? Sum(shape, row, 1) : zmm27);
            if (shape.Vectors > 2) { Words(code, Sum(shape, row, 2), shape.Vectors > 3 ? Sum(shape, row, 3) : zmm27); }
            code.vpackuswb(first, first, shape.Vectors > 2 ? Sum(shape, row, 2) : zmm27);
            code.vpmaxub(first, first, zmm29);
            code.vpminub(first, first, zmm30);
            code.vpxord(first, first, zmm31);
            if (shape.Vectors < TileShape.MaxVectors) { code.vpermd(first, zmm26, first); }
        }
    }

    private static void Words(Assembler code, AssemblerRegisterZMM first, AssemblerRegisterZMM second)
    {
        code.vpackssdw(first, first, second);
        code.vpaddsw(first, first, zmm28);
    }

    /// <summary>Packing leaves four blocks of 16 bytes, of which the first 4 · vectors are columns; this permutation closes the gaps.</summary>
    private static void LoadCompaction(Assembler code, int vectors)
    {
        Span<byte> order = stackalloc byte[TileShape.Lanes];
        order.Clear();
        for (int i = 0; i < 4 * vectors; i++) { order[i] = (byte)(i / vectors * 4 + i % vectors); }
        code.mov(rcx, BinaryPrimitives.ReadUInt64LittleEndian(order));
        code.evex.vmovq(xmm26, rcx);
        code.mov(rcx, BinaryPrimitives.ReadUInt64LittleEndian(order[8..]));
        code.evex.vpinsrq(xmm26, xmm26, rcx, 1);
        code.vpmovzxbd(zmm26, xmm26);
    }

    private static void Store(Assembler code, TileShape shape, bool partial)
    {
        bool floats = shape.Output == OutputKind.Floats;
        if (partial && floats) { LoadFloatMasks(code, shape.Vectors); }
        if (partial && !floats) { code.kmovq(k1, __qword_ptr[Call + TileCall.ColumnsAt]); }
        for (int row = 0; row < shape.Rows; row++)
        {
            code.mov(Pixel, __qword_ptr[Outputs + row * PointerBytes]);
            if (!floats) { StoreCodes(code, shape.Vectors, row * shape.Vectors, partial); }
            for (int vector = 0; floats && vector < shape.Vectors; vector++)
            {
                AssemblerMemoryOperand to = __zmmword_ptr[Pixel + Offset + vector * VectorBytes];
                code.vmovups(partial ? Masked(to, vector) : to, Sum(shape, row, vector));
            }
        }
    }

    private static void StoreCodes(Assembler code, int vectors, int register, bool partial)
    {
        if (partial)
        {
            // No wider than need be: a masked store that touches a page which cannot be written takes microseconds, though it writes nothing there.
            if (vectors == 1) { code.vmovdqu8(__xmmword_ptr[Pixel + Offset].k1, s_xmm[register]); }
            else if (vectors == 2) { code.vmovdqu8(__ymmword_ptr[Pixel + Offset].k1, s_ymm[register]); }
            else { code.vmovdqu8(__zmmword_ptr[Pixel + Offset].k1, TileEmitter.Vectors[register]); }
            return;
        }
        if (vectors == 1) { code.vmovdqu32(__xmmword_ptr[Pixel + Offset], s_xmm[register]); }
        else if (vectors == TileShape.MaxVectors) { code.vmovdqu32(__zmmword_ptr[Pixel + Offset], TileEmitter.Vectors[register]); }
        else { code.vmovdqu32(__ymmword_ptr[Pixel + Offset], s_ymm[register]); }
        if (vectors == 3) { code.vextracti32x4(__xmmword_ptr[Pixel + Offset + VectorBytes / 2], TileEmitter.Vectors[register], 2); }
    }

    /// <summary>Loads the columns to write of each register of floats into the masks of <see cref="Masked"/>.</summary>
    public static void LoadFloatMasks(Assembler code, int vectors)
    {
        for (int vector = 0; vector < vectors; vector++) { code.kmovw(s_masks[vector], __word_ptr[Call + TileCall.ColumnsAt + vector * sizeof(ushort)]); }
    }

    /// <summary>An operand that writes the columns of one register that are to be written.</summary>
    public static AssemblerMemoryOperand Masked(AssemblerMemoryOperand to, int vector) => vector switch { 0 => to.k1, 1 => to.k2, 2 => to.k3, _ => to.k4 };

    private static AssemblerRegisterZMM Sum(TileShape shape, int row, int vector) => TileEmitter.Vectors[row * shape.Vectors + vector];
}
