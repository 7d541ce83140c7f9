using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Writes the machine code of a depthwise convolution over neighbouring output pixels, 64 channels at a time. The bytes of up to four rows
/// of one column are interleaved, so that a lane holds four taps of one channel; interleaved columns stay in registers and serve every
/// output pixel whose window they lie in.
/// </summary>
/// <remarks>Interleaving leaves channels in the order that packing the output undoes, so nothing is permuted.</remarks>
internal static class DepthwiseEmitter
{
    private const int VectorBytes = 64, PointerBytes = 8, Vectors = 4, FirstSum = 20;

    private static readonly AssemblerRegister64[] s_pixels = [r12, r13, r14, r15];

    private static AssemblerRegister64 Call => EmittedFunction.Argument;

    /// <summary>The pointer to the current output pixel's first tap.</summary>
    private static AssemblerRegister64 Taps => r8;

    /// <summary>From tap to tap, and from row to row of the window.</summary>
    private static AssemblerRegister64 TapBytes => r9;

    private static AssemblerRegister64 RowBytes => r10;

    private static AssemblerRegister64 Walk => r11;

    private static AssemblerRegister64 Outputs => rdx;

    private static AssemblerRegister64 InputOffset => rsi;

    private static AssemblerRegister64 Weights => rbx;

    private static AssemblerRegister64 Left => rcx;

    private static AssemblerRegisterZMM Zero => zmm28;

    private static AssemblerRegisterZMM SignBits => zmm29;

    /// <summary>Emits the kernel as a function of one <see cref="TileCall"/>, whose tiles are pixels.</summary>
    public static void Write(Assembler code, DepthwiseShape shape)
    {
        Label loop = code.CreateLabel(), end = code.CreateLabel();
        code.mov(Taps, __qword_ptr[Call + TileCall.RowsAt]);
        code.mov(TapBytes, __qword_ptr[Call + TileCall.TapBytesAt]);
        code.imul(RowBytes, TapBytes, shape.Columns);
        code.mov(Outputs, __qword_ptr[Call + TileCall.OutputsAt]);
        code.mov(InputOffset, __qword_ptr[Call + TileCall.AdvanceAt]);
        code.mov(Weights, __qword_ptr[Call + TileCall.WeightsAt]);
        code.mov(Left, __qword_ptr[Call + TileCall.TilesAt]);
        code.vpxord(Zero, Zero, Zero);
        if (shape.SignedInput) { code.vpbroadcastd(SignBits, __dword_ptr[Call + TileCall.SignBitsAt]); }
        for (int column = 0; column < shape.Columns - shape.Stride; column++) { LoadColumn(code, shape, column, column); }
        code.Label(ref loop);
        int phases = Math.Max(1, shape.Columns); // after as many pixels every column is back in its register
        for (int phase = 0; phase < phases; phase++)
        {
            Pixel(code, shape, phase * shape.Stride);
            code.dec(Left);
            code.je(end);
        }
        code.jmp(loop);
        code.Label(ref end);
        code.nop();
    }

    private static void Pixel(Assembler code, DepthwiseShape shape, int turn)
    {
        for (int column = Math.Max(0, shape.Columns - shape.Stride); column < shape.Columns; column++) { LoadColumn(code, shape, column, (turn + column) % shape.Columns); }
        code.mov(rax, __qword_ptr[Call + TileCall.StartAt]);
        for (int vector = 0; vector < Vectors; vector++) { code.vmovdqu32(TileEmitter.Vectors[FirstSum + vector], __zmmword_ptr[rax + vector * VectorBytes]); }
        for (int column = 0; column < shape.Columns; column++) { Add(code, column, (turn + column) % shape.Columns * Vectors); }
        if (shape.OtherTaps > 0)
        {
            code.mov(Walk, RowBytes);
            code.imul(Walk, Walk, shape.Rows);
            code.add(Walk, Taps);
        }
        for (int tap = 0; tap < shape.OtherTaps; tap += DepthwiseShape.Quad)
        {
            // Columns take the registers below; sums of a pixel are few, so these may overlap nothing.
            int count = Math.Min(DepthwiseShape.Quad, shape.OtherTaps - tap);
            Pointers(code, count, TapBytes);
            Interleave(code, shape, count, -1);
            Add(code, shape.Columns + tap / DepthwiseShape.Quad, -1);
        }
        code.add(Taps, PointerBytes);
        Store(code, shape);
        code.add(Outputs, PointerBytes);
    }

    private static void LoadColumn(Assembler code, DepthwiseShape shape, int column, int slot)
    {
        code.imul(Walk, TapBytes, column);
        code.add(Walk, Taps);
        Pointers(code, shape.Rows, RowBytes);
        Interleave(code, shape, shape.Rows, slot * Vectors);
    }

    private static void Pointers(Assembler code, int count, AssemblerRegister64 step)
    {
        for (int i = 0; i < count; i++)
        {
            code.mov(s_pixels[i], __qword_ptr[Walk]);
            code.add(Walk, step);
        }
    }

    /// <summary>The register of one vector of a quad: a kept column's, or a passing one.</summary>
    private static AssemblerRegisterZMM Target(int first, int vector) => first >= 0 ? TileEmitter.Vectors[first + vector] : vector switch { 0 => zmm30, 1 => zmm31, 2 => zmm26, _ => zmm27 };

    private static void Interleave(Assembler code, DepthwiseShape shape, int count, int first)
    {
        code.vmovdqu32(zmm24, __zmmword_ptr[s_pixels[0] + InputOffset]);
        Unpack(code, zmm26, zmm24, zmm24, count > 1 ? s_pixels[1] : null);
        if (count > 2)
        {
            code.vmovdqu32(zmm25, __zmmword_ptr[s_pixels[2] + InputOffset]);
            Unpack(code, zmm27, zmm25, zmm25, count > 3 ? s_pixels[3] : null);
        }
        AssemblerRegisterZMM low = count > 2 ? zmm27 : Zero, high = count > 2 ? zmm25 : Zero;
        code.vpunpcklwd(Target(first, 0), zmm26, low);
        code.vpunpckhwd(Target(first, 1), zmm26, low);
        code.vpunpcklwd(Target(first, 2), zmm24, high);
        code.vpunpckhwd(Target(first, 3), zmm24, high);
        for (int vector = 0; shape.SignedInput && vector < Vectors; vector++) { code.vpxord(Target(first, vector), Target(first, vector), SignBits); }
    }

    private static void Unpack(Assembler code, AssemblerRegisterZMM low, AssemblerRegisterZMM high, AssemblerRegisterZMM source, AssemblerRegister64? second)
    {
        if (second is { } pixel)
        {
            code.vpunpcklbw(low, source, __zmmword_ptr[pixel + InputOffset]);
            code.vpunpckhbw(high, source, __zmmword_ptr[pixel + InputOffset]);
        }
        else
        {
            code.vpunpcklbw(low, source, Zero);
            code.vpunpckhbw(high, source, Zero);
        }
    }

    private static void Add(Assembler code, int quad, int first)
    {
        for (int vector = 0; vector < Vectors; vector++)
        {
            code.vpdpbusd(TileEmitter.Vectors[FirstSum + vector], Target(first, vector), __zmmword_ptr[Weights + (quad * Vectors + vector) * VectorBytes]);
        }
    }

    private static void Store(Assembler code, DepthwiseShape shape)
    {
        Label partial = code.CreateLabel(), done = code.CreateLabel();
        code.mov(rax, __qword_ptr[Call + TileCall.MultipliersAt]);
        for (int vector = 0; vector < Vectors; vector++)
        {
            AssemblerRegisterZMM sum = TileEmitter.Vectors[FirstSum + vector];
            code.vcvtdq2ps(sum, sum);
            code.vmulps(sum, sum, __zmmword_ptr[rax + vector * VectorBytes]);
            if (shape.Output == OutputKind.ClampedCodes)
            {
                code.vmaxps(sum, sum, __dword_bcst[Call + TileCall.LowAt]);
                code.vminps(sum, sum, __dword_bcst[Call + TileCall.HighAt]);
            }
            code.vcvtps2dq(sum, sum);
        }
        code.vpbroadcastd(zmm24, __dword_ptr[Call + TileCall.ShiftAt]);
        code.vpackssdw(zmm20, zmm20, zmm21);
        code.vpackssdw(zmm22, zmm22, zmm23);
        code.vpaddsw(zmm20, zmm20, zmm24);
        code.vpaddsw(zmm22, zmm22, zmm24);
        code.vpackuswb(zmm20, zmm20, zmm22);
        code.vpbroadcastd(zmm24, __dword_ptr[Call + TileCall.SmallestAt]);
        code.vpbroadcastd(zmm25, __dword_ptr[Call + TileCall.LargestAt]);
        code.vpmaxub(zmm20, zmm20, zmm24);
        code.vpminub(zmm20, zmm20, zmm25);
        code.vpxord(zmm20, zmm20, __dword_bcst[Call + TileCall.FlipAt]);
        code.mov(rax, __qword_ptr[Outputs]);
        code.add(rax, __qword_ptr[Call + TileCall.OutputOffsetAt]);
        code.cmp(__qword_ptr[Call + TileCall.PartialAt], 0);
        code.jne(partial);
        code.vmovdqu32(__zmmword_ptr[rax], zmm20);
        code.jmp(done);
        code.Label(ref partial);
        code.kmovq(k1, __qword_ptr[Call + TileCall.ColumnsAt]);
        code.vmovdqu8(__zmmword_ptr[rax].k1, zmm20);
        code.Label(ref done);
    }
}
