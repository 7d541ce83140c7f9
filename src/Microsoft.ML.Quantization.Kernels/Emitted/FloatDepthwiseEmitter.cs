using static Microsoft.ML.Quantization.Kernels.Address;
using static Microsoft.ML.Quantization.Kernels.GeneralRegister;
using static Microsoft.ML.Quantization.Kernels.IntegerInstruction;
using static Microsoft.ML.Quantization.Kernels.Jump;
using static Microsoft.ML.Quantization.Kernels.VectorInstruction;
using static Microsoft.ML.Quantization.Kernels.VectorRegister;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Writes the machine code of a float depthwise convolution over output pixels, up to 48 channels at a time. All weights stay in registers, so
/// that a pixel costs one load for each multiply-add and one for each pointer.
/// </summary>
internal static class FloatDepthwiseEmitter
{
    private const int VectorBytes = 64, PointerBytes = 8, Registers = 32, LimitRegisters = 2;

    /// <summary>Taps of the largest window: one register of channels leaves room for no more.</summary>
    public const int MostTaps = Registers - LimitRegisters - 1;

    /// <summary>Registers of channels at most.</summary>
    public const int MostVectors = 3;

    private static GeneralRegister Call => EmittedFunction.Argument;

    /// <summary>The pointer to the current output pixel's first tap.</summary>
    private static GeneralRegister Taps => R8;

    private static GeneralRegister TapBytes => R9;

    private static GeneralRegister Walk => R11;

    private static GeneralRegister Pixel => Rax;

    private static GeneralRegister Outputs => Rdx;

    private static GeneralRegister Bias => Rbx;

    /// <summary>Bytes from a pixel to the first channel, in input and output alike.</summary>
    private static GeneralRegister Offset => Rsi;

    private static GeneralRegister Left => Rcx;

    private static VectorRegister Low => Zmm31;

    private static VectorRegister High => Zmm30;

    /// <summary>Registers of channels that leave room for the weights of so many taps; 0 for too many taps.</summary>
    public static int Vectors(int taps) => Math.Min(MostVectors, (Registers - LimitRegisters) / (taps + 1));

    /// <summary>Emits the kernel as a function of one <see cref="TileCall"/>, whose tiles are pixels.</summary>
    public static void Write(MachineCode code, int taps, int vectors)
    {
        CodeLabel loop = new(), partial = new(), next = new();
        code.Emit(Mov, Rax, At(Call, TileCall.WeightsAt));
        for (int weight = 0; weight < taps * vectors; weight++) { code.Emit(Vmovups, TileEmitter.Vectors[vectors + weight], At(Rax, weight * VectorBytes)); }
        code.Emit(Vbroadcastss, Low, At(Call, TileCall.LowAt));
        code.Emit(Vbroadcastss, High, At(Call, TileCall.HighAt));
        code.Emit(Mov, Taps, At(Call, TileCall.RowsAt));
        code.Emit(Mov, TapBytes, At(Call, TileCall.TapBytesAt));
        code.Emit(Mov, Outputs, At(Call, TileCall.OutputsAt));
        code.Emit(Mov, Offset, At(Call, TileCall.AdvanceAt));
        code.Emit(Mov, Bias, At(Call, TileCall.MultipliersAt));
        code.Emit(Mov, Left, At(Call, TileCall.TilesAt));
        TileOutputEmitter.LoadFloatMasks(code, vectors);
        code.Place(loop);
        Sum(code, taps, vectors);
        code.Emit(Mov, Pixel, At(Outputs));
        code.Emit(Cmp, At(Call, TileCall.PartialAt), 0);
        code.Emit(Jne, partial);
        Store(code, vectors, partial: false);
        code.Place(next);
        code.Emit(Add, Taps, PointerBytes);
        code.Emit(Add, Outputs, PointerBytes);
        code.EmitDecrement(Left);
        code.Emit(Jne, loop);
        CodeLabel end = new();
        code.Emit(Jmp, end);
        code.Place(partial);
        Store(code, vectors, partial: true);
        code.Emit(Jmp, next);
        code.Place(end);
        code.EmitNop();
    }

    private static void Sum(MachineCode code, int taps, int vectors)
    {
        for (int vector = 0; vector < vectors; vector++) { code.Emit(Vpxord, TileEmitter.Vectors[vector], TileEmitter.Vectors[vector], TileEmitter.Vectors[vector]); }
        code.Emit(Mov, Walk, Taps);
        for (int tap = 0; tap < taps; tap++)
        {
            code.Emit(Mov, Pixel, At(Walk));
            if (tap + 1 < taps) { code.Emit(Add, Walk, TapBytes); }
            for (int vector = 0; vector < vectors; vector++)
            {
                code.Emit(Vfmadd231ps, TileEmitter.Vectors[vector], TileEmitter.Vectors[vectors + tap * vectors + vector], At(Pixel, Offset, vector * VectorBytes));
            }
        }
        for (int vector = 0; vector < vectors; vector++)
        {
            VectorRegister sum = TileEmitter.Vectors[vector];
            code.Emit(Vaddps, sum, sum, At(Bias, vector * VectorBytes));
            code.Emit(Vmaxps, sum, Low, sum);
            code.Emit(Vminps, sum, High, sum);
        }
    }

    private static void Store(MachineCode code, int vectors, bool partial)
    {
        for (int vector = 0; vector < vectors; vector++)
        {
            Address to = At(Pixel, Offset, vector * VectorBytes);
            code.Emit(VmovupsStore, partial ? TileOutputEmitter.Masked(to, vector) : to, TileEmitter.Vectors[vector]);
        }
    }
}
