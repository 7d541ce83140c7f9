using static Microsoft.ML.Quantization.Kernels.Address;
using static Microsoft.ML.Quantization.Kernels.GeneralRegister;
using static Microsoft.ML.Quantization.Kernels.IntegerInstruction;
using static Microsoft.ML.Quantization.Kernels.Jump;
using static Microsoft.ML.Quantization.Kernels.MaskRegister;
using static Microsoft.ML.Quantization.Kernels.VectorInstruction;
using static Microsoft.ML.Quantization.Kernels.VectorRegister;
using static Microsoft.ML.Quantization.Kernels.VexInstruction;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Writes the machine code of a depthwise convolution over neighbouring output pixels, up to 64 channels at a time. The bytes of up to four rows
/// of one column are interleaved, so that a lane holds four taps of one channel; interleaved columns stay in registers and serve every
/// output pixel whose window they lie in.
/// </summary>
/// <remarks>Interleaving leaves channels in the order that packing the output undoes, so nothing is permuted.</remarks>
internal static class DepthwiseEmitter
{
    private const int VectorBytes = 64, PointerBytes = 8, Vectors = 4, FirstTemporary = 24;

    private static readonly GeneralRegister[] s_pixels = [R12, R13, R14, R15];

    private static GeneralRegister Call => EmittedFunction.Argument;

    /// <summary>The pointer to the current output pixel's first tap.</summary>
    private static GeneralRegister Taps => R8;

    /// <summary>From tap to tap, and from row to row of the window.</summary>
    private static GeneralRegister TapBytes => R9;

    private static GeneralRegister RowBytes => R10;

    private static GeneralRegister Walk => R11;

    private static GeneralRegister Outputs => Rdx;

    private static GeneralRegister InputOffset => Rsi;

    private static GeneralRegister Weights => Rbx;

    private static GeneralRegister Left => Rcx;

    private static VectorRegister Zero => Zmm28;

    private static VectorRegister SignBits => Zmm29;

    /// <summary>Emits the kernel as a function of one <see cref="TileCall"/>, whose tiles are pixels.</summary>
    public static void Write(MachineCode code, DepthwiseShape shape)
    {
        CodeLabel loop = new(), end = new();
        code.Length = shape.Length;
        code.Emit(Mov, Taps, At(Call, TileCall.RowsAt));
        code.Emit(Mov, TapBytes, At(Call, TileCall.TapBytesAt));
        code.Emit(Imul, RowBytes, TapBytes, shape.Columns);
        code.Emit(Mov, Outputs, At(Call, TileCall.OutputsAt));
        code.Emit(Mov, InputOffset, At(Call, TileCall.AdvanceAt));
        code.Emit(Mov, Weights, At(Call, TileCall.WeightsAt));
        code.Emit(Mov, Left, At(Call, TileCall.TilesAt));
        code.Emit(Vpxord, Zero, Zero, Zero);
        if (shape.SignedInput) { code.Emit(Vpbroadcastd, SignBits, At(Call, TileCall.SignBitsAt)); }
        for (int i = 0; KeepsWeights(shape) && i < shape.Columns * Vectors; i++) { code.Emit(Vmovdqu32, KeptWeights(shape, i), At(Weights, i * VectorBytes)); }
        for (int column = 0; column < shape.Columns - shape.Stride; column++) { LoadColumn(code, shape, column, column); }
        code.Place(loop);
        int phases = Math.Max(1, shape.Columns); // after as many pixels every column is back in its register
        for (int phase = 0; phase < phases; phase++)
        {
            Pixel(code, shape, phase * shape.Stride);
            code.EmitDecrement(Left);
            code.Emit(Je, end);
        }
        code.Emit(Jmp, loop);
        code.Place(end);
        code.EmitNop();
    }

    /// <summary>Whether there are registers for all weights beside the columns, which takes a third off the loads of a pixel.</summary>
    private static bool KeepsWeights(DepthwiseShape shape) => shape.OtherTaps == 0 && 2 * shape.Columns * Vectors <= FirstTemporary;

    /// <summary>Weights that stay take the registers of the sums, which then take those that interleaving needs before there are sums.</summary>
    private static VectorRegister Sum(DepthwiseShape shape, int vector) => TileEmitter.Vectors[(KeepsWeights(shape) ? FirstTemporary : FirstTemporary - Vectors) + vector];

    private static VectorRegister KeptWeights(DepthwiseShape shape, int index) => TileEmitter.Vectors[shape.Columns * Vectors + index];

    private static void Pixel(MachineCode code, DepthwiseShape shape, int turn)
    {
        for (int column = Math.Max(0, shape.Columns - shape.Stride); column < shape.Columns; column++) { LoadColumn(code, shape, column, (turn + column) % shape.Columns); }
        code.Emit(Mov, Rax, At(Call, TileCall.StartAt));
        for (int vector = 0; vector < Vectors; vector++) { code.Emit(Vmovdqu32, Sum(shape, vector), At(Rax, vector * VectorBytes)); }
        for (int column = 0; column < shape.Columns; column++) { MultiplyAdd(code, shape, column, (turn + column) % shape.Columns * Vectors); }
        if (shape.OtherTaps > 0)
        {
            code.Emit(Mov, Walk, RowBytes);
            code.Emit(Imul, Walk, Walk, shape.Rows);
            code.Emit(Add, Walk, Taps);
        }
        for (int tap = 0; tap < shape.OtherTaps; tap += DepthwiseShape.Quad)
        {
            // Columns take the registers below; sums of a pixel are few, so these may overlap nothing.
            int count = Math.Min(DepthwiseShape.Quad, shape.OtherTaps - tap);
            Pointers(code, count, TapBytes);
            Interleave(code, shape, count, -1);
            MultiplyAdd(code, shape, shape.Columns + tap / DepthwiseShape.Quad, -1);
        }
        code.Emit(Add, Taps, PointerBytes);
        Store(code, shape);
        code.Emit(Add, Outputs, PointerBytes);
    }

    private static void LoadColumn(MachineCode code, DepthwiseShape shape, int column, int slot)
    {
        code.Emit(Imul, Walk, TapBytes, column);
        code.Emit(Add, Walk, Taps);
        Pointers(code, shape.Rows, RowBytes);
        Interleave(code, shape, shape.Rows, slot * Vectors);
    }

    private static void Pointers(MachineCode code, int count, GeneralRegister step)
    {
        for (int i = 0; i < count; i++)
        {
            code.Emit(Mov, s_pixels[i], At(Walk));
            code.Emit(Add, Walk, step);
        }
    }

    /// <summary>The register of one vector of a quad: a kept column's, or a passing one.</summary>
    private static VectorRegister Target(int first, int vector) => first >= 0 ? TileEmitter.Vectors[first + vector] : vector switch { 0 => Zmm30, 1 => Zmm31, 2 => Zmm26, _ => Zmm27 };

    private static void Interleave(MachineCode code, DepthwiseShape shape, int count, int first)
    {
        code.Emit(Vmovdqu32, Zmm24, At(s_pixels[0], InputOffset));
        Unpack(code, Zmm26, Zmm24, Zmm24, count > 1 ? s_pixels[1] : null);
        if (count > 2)
        {
            code.Emit(Vmovdqu32, Zmm25, At(s_pixels[2], InputOffset));
            Unpack(code, Zmm27, Zmm25, Zmm25, count > 3 ? s_pixels[3] : null);
        }
        VectorRegister low = count > 2 ? Zmm27 : Zero, high = count > 2 ? Zmm25 : Zero;
        code.Emit(Vpunpcklwd, Target(first, 0), Zmm26, low);
        code.Emit(Vpunpckhwd, Target(first, 1), Zmm26, low);
        code.Emit(Vpunpcklwd, Target(first, 2), Zmm24, high);
        code.Emit(Vpunpckhwd, Target(first, 3), Zmm24, high);
        for (int vector = 0; shape.SignedInput && vector < Vectors; vector++) { code.Emit(Vpxord, Target(first, vector), Target(first, vector), SignBits); }
    }

    private static void Unpack(MachineCode code, VectorRegister low, VectorRegister high, VectorRegister source, GeneralRegister? second)
    {
        if (second is { } pixel)
        {
            code.Emit(Vpunpcklbw, low, source, At(pixel, InputOffset));
            code.Emit(Vpunpckhbw, high, source, At(pixel, InputOffset));
        }
        else
        {
            code.Emit(Vpunpcklbw, low, source, Zero);
            code.Emit(Vpunpckhbw, high, source, Zero);
        }
    }

    private static void MultiplyAdd(MachineCode code, DepthwiseShape shape, int quad, int first)
    {
        for (int vector = 0; vector < Vectors; vector++)
        {
            int index = quad * Vectors + vector;
            if (KeepsWeights(shape)) { code.Emit(Vpdpbusd, Sum(shape, vector), Target(first, vector), KeptWeights(shape, index)); }
            else { code.Emit(Vpdpbusd, Sum(shape, vector), Target(first, vector), At(Weights, index * VectorBytes)); }
        }
    }

    private static void Store(MachineCode code, DepthwiseShape shape)
    {
        CodeLabel partial = new(), done = new();
        code.Emit(Mov, Rax, At(Call, TileCall.MultipliersAt));
        for (int vector = 0; vector < Vectors; vector++)
        {
            VectorRegister sum = Sum(shape, vector);
            code.Emit(Vcvtdq2ps, sum, sum);
            code.Emit(Vmulps, sum, sum, At(Rax, vector * VectorBytes));
            if (shape.Output == OutputKind.ClampedCodes)
            {
                code.Emit(Vmaxps, sum, sum, Broadcast(Call, TileCall.LowAt));
                code.Emit(Vminps, sum, sum, Broadcast(Call, TileCall.HighAt));
            }
            code.Emit(Vcvtps2dq, sum, sum);
        }
        // Packing frees every other register.
        VectorRegister codes = Sum(shape, 0), free = Sum(shape, 1), second = Sum(shape, 2), free2 = Sum(shape, 3);
        code.Emit(Vpackssdw, codes, codes, free);
        code.Emit(Vpackssdw, second, second, free2);
        code.Emit(Vpbroadcastd, free, At(Call, TileCall.ShiftAt));
        code.Emit(Vpaddsw, codes, codes, free);
        code.Emit(Vpaddsw, second, second, free);
        code.Emit(Vpackuswb, codes, codes, second);
        if (shape.Output != OutputKind.AllCodes)
        {
            code.Emit(Vpbroadcastd, free, At(Call, TileCall.SmallestAt));
            code.Emit(Vpbroadcastd, free2, At(Call, TileCall.LargestAt));
            code.Emit(Vpmaxub, codes, codes, free);
            code.Emit(Vpminub, codes, codes, free2);
        }
        code.Emit(Vpxord, codes, codes, Broadcast(Call, TileCall.FlipAt));
        code.Emit(Mov, Rax, At(Outputs));
        code.Emit(Add, Rax, At(Call, TileCall.OutputOffsetAt));
        code.Emit(Cmp, At(Call, TileCall.PartialAt), 0);
        code.Emit(Jne, partial);
        code.Emit(Vmovdqu32Store, At(Rax), codes);
        code.Emit(Jmp, done);
        code.Place(partial);
        code.Emit(Kmovq, K1, At(Call, TileCall.ColumnsAt));
        code.Emit(Vmovdqu8Store, At(Rax) with { Mask = K1 }, codes);
        code.Place(done);
    }
}
