using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Writes the machine code of one tile: <see cref="TileShape.Rows"/> input rows times a panel of 16 · <see cref="TileShape.Vectors"/>
/// columns, summed over all taps in registers. The weights of one step stay in registers while every row's four codes (or one
/// float) are broadcast against them.
/// </summary>
internal static class TileEmitter
{
    private const int VectorBytes = 64, PointerBytes = 8, StepBytes = 4;

    private static readonly AssemblerRegister64[] s_rows = [r8, r9, r10, r11, r12, r13, r14, r15, rbx, rbp, rdx, rsi];

    /// <summary>The four codes or the float of one row in every lane.</summary>
    private static AssemblerRegisterZMM Codes => zmm31;

    /// <summary>The sign bits of every byte.</summary>
    private static AssemblerRegisterZMM SignBits => zmm30;

    private static AssemblerRegister64 Call => EmittedFunction.Argument;

    private static AssemblerRegister64 Weights => rax;

    /// <summary>The next line of weights to fetch ahead: floats only, whose tiles have no twelfth row.</summary>
    private static AssemblerRegister64 Ahead => rsi;

    /// <summary>From panel to panel; such tiles have one row, so the registers of the others are free.</summary>
    private static AssemblerRegister64 PanelBytes => r9;

    private static AssemblerRegister64 ThreePanelBytes => r10;

    /// <summary>Runs from minus the depth up to 0.</summary>
    private static AssemblerRegister64 Depth => rcx;

    /// <summary>The 512-bit registers by number.</summary>
    public static AssemblerRegisterZMM[] Vectors { get; } =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    /// <summary>Emits the tile as a function of one <see cref="TileCall"/>.</summary>
    public static void Write(Assembler code, TileShape shape)
    {
        Label tile = code.CreateLabel();
        code.Label(ref tile);
        Begin(code, shape);
        Sum(code, shape);
        if (shape.Input == TileInput.Floats) { code.mov(__qword_ptr[Call + TileCall.AheadAt], Ahead); }
        for (int sum = 0; shape.Copies == 2 && sum < shape.Sums; sum++) { code.vpaddd(Vectors[sum], Vectors[sum], Vectors[shape.Sums + sum]); }
        if (shape.Input == TileInput.Floats) { TileOutputEmitter.WriteFloats(code, shape); }
        else { TileOutputEmitter.Write(code, shape); }
        code.add(__qword_ptr[Call + TileCall.RowsAt], shape.Rows * PointerBytes);
        code.add(__qword_ptr[Call + TileCall.OutputsAt], shape.Rows * PointerBytes);
        code.dec(__qword_ptr[Call + TileCall.TilesAt]);
        code.jne(tile);
    }

    private static void Begin(Assembler code, TileShape shape)
    {
        if (shape.Input == TileInput.Floats)
        {
            Zero(code, 0, shape.Sums);
            // After the end it walks over weights that are there already, which costs nothing.
            code.mov(Ahead, __qword_ptr[Call + TileCall.AheadAt]);
            code.cmp(Ahead, __qword_ptr[Call + TileCall.AheadEndAt]);
            code.cmovae(Ahead, __qword_ptr[Call + TileCall.WeightsAt]);
        }
        else { Start(code, shape); }
        if (shape.Vectors > TileShape.MaxVectors)
        {
            code.mov(PanelBytes, __qword_ptr[Call + TileCall.PanelBytesAt]);
            code.lea(ThreePanelBytes, __[PanelBytes + PanelBytes * 2]);
        }
        code.mov(Weights, __qword_ptr[Call + TileCall.WeightsAt]);
        code.mov(rcx, __qword_ptr[Call + TileCall.RowsAt]);
        code.mov(__qword_ptr[Call + TileCall.TapAt], rcx);
        code.mov(rcx, __qword_ptr[Call + TileCall.TapsAt]);
        code.mov(__qword_ptr[Call + TileCall.TapsLeftAt], rcx);
    }

    private static void Start(Assembler code, TileShape shape)
    {
        code.mov(rcx, __qword_ptr[Call + TileCall.StartAt]);
        for (int vector = 0; vector < shape.Vectors; vector++) { code.vmovdqu32(Vectors[vector], __zmmword_ptr[rcx + vector * VectorBytes]); }
        for (int sum = shape.Vectors; sum < shape.Sums; sum++) { code.vmovdqa32(Vectors[sum], Vectors[sum % shape.Vectors]); }
        Zero(code, shape.Sums, shape.Sums * shape.Copies);
        if (shape.Input == TileInput.SignedCodes) { code.vpbroadcastd(SignBits, __dword_ptr[Call + TileCall.SignBitsAt]); }
    }

    private static void Zero(Assembler code, int first, int end)
    {
        for (int sum = first; sum < end; sum++) { code.vpxord(Vectors[sum], Vectors[sum], Vectors[sum]); }
    }

    private static void Sum(Assembler code, TileShape shape)
    {
        Label tap = code.CreateLabel(), pair = code.CreateLabel(), odd = code.CreateLabel(), next = code.CreateLabel();
        code.Label(ref tap);
        code.mov(rcx, __qword_ptr[Call + TileCall.TapAt]);
        for (int row = 0; row < shape.Rows; row++) { code.mov(s_rows[row], __qword_ptr[rcx + row * PointerBytes]); }
        code.add(rcx, __qword_ptr[Call + TileCall.TapBytesAt]);
        code.mov(__qword_ptr[Call + TileCall.TapAt], rcx);
        code.mov(rcx, __qword_ptr[Call + TileCall.AdvanceAt]);
        for (int row = 0; row < shape.Rows; row++) { code.add(s_rows[row], rcx); }
        code.mov(Depth, __qword_ptr[Call + TileCall.PairsAt]);
        code.test(Depth, Depth);
        code.je(odd);

        code.Label(ref pair);
        Step(code, shape, 0, 0);
        Step(code, shape, 1, shape.Copies - 1);
        if (shape.Input == TileInput.Floats)
        {
            code.prefetcht1(__[Ahead]);
            code.add(Ahead, VectorBytes);
        }
        code.add(Weights, 2 * WeightStep(shape));
        code.add(Depth, 2 * StepBytes);
        code.jne(pair);

        code.Label(ref odd);
        code.cmp(__qword_ptr[Call + TileCall.OddStepAt], 0);
        code.je(next);
        Step(code, shape, 0, 0);
        code.add(Weights, WeightStep(shape));
        code.Label(ref next);
        code.dec(__qword_ptr[Call + TileCall.TapsLeftAt]);
        code.jne(tap);
    }

    /// <summary>Bytes of weights that one step takes from a panel.</summary>
    private static int WeightStep(TileShape shape) => (shape.Vectors > TileShape.MaxVectors ? shape.Vectors / TileShape.WidePanels : shape.Vectors) * VectorBytes;

    /// <summary>Four k of codes, or one of floats, of every row and column.</summary>
    private static void Step(Assembler code, TileShape shape, int step, int copy)
    {
        if (shape.Vectors > TileShape.MaxVectors)
        {
            WideStep(code, shape, step);
            return;
        }
        int firstSum = copy * shape.Sums, firstWeight = shape.Copies * shape.Sums;
        for (int vector = 0; vector < shape.Vectors; vector++)
        {
            code.vmovdqu32(Vectors[firstWeight + vector], __zmmword_ptr[Weights + (step * shape.Vectors + vector) * VectorBytes]);
        }
        for (int row = 0; row < shape.Rows; row++)
        {
            if (shape.Input == TileInput.SignedCodes) { code.vpxord(Codes, SignBits, __dword_bcst[s_rows[row] + Depth + step * StepBytes]); }
            else { code.vpbroadcastd(Codes, __dword_ptr[s_rows[row] + Depth + step * StepBytes]); }
            for (int vector = 0; vector < shape.Vectors; vector++)
            {
                AssemblerRegisterZMM sum = Vectors[firstSum + row * shape.Vectors + vector], weights = Vectors[firstWeight + vector];
                if (shape.Input == TileInput.Floats) { code.vfmadd231ps(sum, Codes, weights); }
                else { code.vpdpbusd(sum, Codes, weights); }
            }
        }
    }

    /// <summary>One k of floats of one row and the columns of several panels.</summary>
    private static void WideStep(Assembler code, TileShape shape, int step)
    {
        code.vbroadcastss(Codes, __dword_ptr[s_rows[0] + Depth + step * StepBytes]);
        for (int vector = 0; vector < shape.Vectors; vector++)
        {
            (int panel, int inPanel) = Math.DivRem(vector, shape.Vectors / TileShape.WidePanels);
            int at = step * WeightStep(shape) + inPanel * VectorBytes;
            AssemblerMemoryOperand weights = panel switch
            {
                0 => __zmmword_ptr[Weights + at],
                1 => __zmmword_ptr[Weights + PanelBytes + at],
                2 => __zmmword_ptr[Weights + PanelBytes * 2 + at],
                _ => __zmmword_ptr[Weights + ThreePanelBytes + at],
            };
            code.vfmadd231ps(Vectors[vector], Codes, weights);
        }
    }
}
