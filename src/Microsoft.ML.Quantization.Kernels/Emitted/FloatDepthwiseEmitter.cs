using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Writes the machine code of a float depthwise convolution over output pixels, up to 48 channels at a time. All weights stay in registers, so
/// that a pixel costs one load for each multiply-add and one for each pointer.
/// </summary>
internal static class FloatDepthwiseEmitter
{
    private const int VectorBytes = 64, PointerBytes = 8, Registers = 32, LimitRegisters = 2, MostVectors = 3;

    private static AssemblerRegister64 Call => EmittedFunction.Argument;

    /// <summary>The pointer to the current output pixel's first tap.</summary>
    private static AssemblerRegister64 Taps => r8;

    private static AssemblerRegister64 TapBytes => r9;

    private static AssemblerRegister64 Walk => r11;

    private static AssemblerRegister64 Pixel => rax;

    private static AssemblerRegister64 Outputs => rdx;

    private static AssemblerRegister64 Bias => rbx;

    /// <summary>Bytes from a pixel to the first channel, in input and output alike.</summary>
    private static AssemblerRegister64 Offset => rsi;

    private static AssemblerRegister64 Left => rcx;

    private static AssemblerRegisterZMM Low => zmm31;

    private static AssemblerRegisterZMM High => zmm30;

    /// <summary>Registers of channels that leave room for the weights of so many taps; 0 for too many taps.</summary>
    public static int Vectors(int taps) => Math.Min(MostVectors, (Registers - LimitRegisters) / (taps + 1));

    /// <summary>Emits the kernel as a function of one <see cref="TileCall"/>, whose tiles are pixels.</summary>
    public static void Write(Assembler code, int taps, int vectors)
    {
        Label loop = code.CreateLabel(), partial = code.CreateLabel(), next = code.CreateLabel();
        code.mov(rax, __qword_ptr[Call + TileCall.WeightsAt]);
        for (int weight = 0; weight < taps * vectors; weight++) { code.vmovups(TileEmitter.Vectors[vectors + weight], __zmmword_ptr[rax + weight * VectorBytes]); }
        code.vbroadcastss(Low, __dword_ptr[Call + TileCall.LowAt]);
        code.vbroadcastss(High, __dword_ptr[Call + TileCall.HighAt]);
        code.mov(Taps, __qword_ptr[Call + TileCall.RowsAt]);
        code.mov(TapBytes, __qword_ptr[Call + TileCall.TapBytesAt]);
        code.mov(Outputs, __qword_ptr[Call + TileCall.OutputsAt]);
        code.mov(Offset, __qword_ptr[Call + TileCall.AdvanceAt]);
        code.mov(Bias, __qword_ptr[Call + TileCall.MultipliersAt]);
        code.mov(Left, __qword_ptr[Call + TileCall.TilesAt]);
        TileOutputEmitter.LoadFloatMasks(code, vectors);
        code.Label(ref loop);
        Sum(code, taps, vectors);
        code.mov(Pixel, __qword_ptr[Outputs]);
        code.cmp(__qword_ptr[Call + TileCall.PartialAt], 0);
        code.jne(partial);
        Store(code, vectors, partial: false);
        code.Label(ref next);
        code.add(Taps, PointerBytes);
        code.add(Outputs, PointerBytes);
        code.dec(Left);
        code.jne(loop);
        Label end = code.CreateLabel();
        code.jmp(end);
        code.Label(ref partial);
        Store(code, vectors, partial: true);
        code.jmp(next);
        code.Label(ref end);
        code.nop();
    }

    private static void Sum(Assembler code, int taps, int vectors)
    {
        for (int vector = 0; vector < vectors; vector++) { code.vpxord(TileEmitter.Vectors[vector], TileEmitter.Vectors[vector], TileEmitter.Vectors[vector]); }
        code.mov(Walk, Taps);
        for (int tap = 0; tap < taps; tap++)
        {
            code.mov(Pixel, __qword_ptr[Walk]);
            if (tap + 1 < taps) { code.add(Walk, TapBytes); }
            for (int vector = 0; vector < vectors; vector++)
            {
                code.vfmadd231ps(TileEmitter.Vectors[vector], TileEmitter.Vectors[vectors + tap * vectors + vector], __zmmword_ptr[Pixel + Offset + vector * VectorBytes]);
            }
        }
        for (int vector = 0; vector < vectors; vector++)
        {
            AssemblerRegisterZMM sum = TileEmitter.Vectors[vector];
            code.vaddps(sum, sum, __zmmword_ptr[Bias + vector * VectorBytes]);
            code.vmaxps(sum, Low, sum);
            code.vminps(sum, High, sum);
        }
    }

    private static void Store(Assembler code, int vectors, bool partial)
    {
        for (int vector = 0; vector < vectors; vector++)
        {
            AssemblerMemoryOperand to = __zmmword_ptr[Pixel + Offset + vector * VectorBytes];
            code.vmovups(partial ? TileOutputEmitter.Masked(to, vector) : to, TileEmitter.Vectors[vector]);
        }
    }
}
